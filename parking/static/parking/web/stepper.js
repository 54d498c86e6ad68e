// The two buttons beside a number, which a thumb finds more easily than the number's own arrows.

for (const stepper of document.querySelectorAll("[data-stepper]")) {
  const input = stepper.querySelector("input");
  for (const button of stepper.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const wanted = (Number(input.value) || 0) + Number(button.dataset.step);
      input.value = String(Math.min(Number(input.max), Math.max(Number(input.min), wanted)));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}
