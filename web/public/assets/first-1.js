// Before the first paint: theme and direction, so that nothing flashes. Its address never changes: a new content is a new number.
(() => {
  const page = document.documentElement;
  const theme = localStorage.getItem("theme");
  page.dataset.theme = theme === "dark" || theme === "light" ? theme : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  page.lang = localStorage.getItem("language") === "en" ? "en" : "he";
  page.dir = page.lang === "he" ? "rtl" : "ltr";
})();
