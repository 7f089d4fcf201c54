// Keys reach the terminal without a click into it first. It reports its focus, so the connection must be there.
addEventListener("load", () => {
  const focus = () => {
    if (!document.body.classList.contains("-loaded")) return;
    observer.disconnect();
    document.querySelector(".xterm-helper-textarea")?.focus();
  };
  const observer = new MutationObserver(focus);
  observer.observe(document.body, { attributes: true });
  focus();
});
