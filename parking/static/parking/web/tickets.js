// The list of tickets that this device has seen: newest first, and few.

export const KEY = "parking.tickets";
const MOST = 10;

export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return []; // storage that is switched off, or not ours
  }
}

export function remember(ticket) {
  try {
    const others = recent().filter(({ id }) => id !== ticket.id);
    localStorage.setItem(KEY, JSON.stringify([ticket, ...others].slice(0, MOST)));
  } catch {
    // Then it is not remembered; the page works all the same.
  }
}
