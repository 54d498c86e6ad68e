// The place where one is stands in the strip of places that a phone shows a part of.
document.querySelector(".places [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
