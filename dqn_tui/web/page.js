// Keys reach the terminal without a click into it first.
addEventListener("load", () => document.querySelector(".xterm-helper-textarea")?.focus());
