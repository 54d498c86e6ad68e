// The tickets that this device has seen, on the start page. Kept in this browser only; the server has no such list.

import { KEY, recent } from "./tickets.js";

const section = document.querySelector("[data-recent]");
const list = section.querySelector("[data-recent-list]");

function show() {
  list.replaceChildren(...recent().map(({ id, plate, zone }) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.className = "row";
    link.href = `/parking/ticket/${encodeURIComponent(id)}/`;
    const number = document.createElement("span");
    number.className = "plate";
    number.textContent = plate;
    const place = document.createElement("span");
    place.textContent = zone;
    link.append(number, place);
    item.append(link);
    return item;
  }));
  section.hidden = list.children.length === 0;
}

section.querySelector("[data-recent-forget]").addEventListener("click", async () => {
  localStorage.removeItem(KEY);
  if ("caches" in window) await caches.delete("tickets");
  show();
});

show();
