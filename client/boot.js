// Starts the app: the build puts the hashed paths in place of the two marks. A file of its own, since
// the Content-Security-Policy refuses scripts in the page.
import init from "__GLUE__";

try {
  await init({ module_or_path: "__WASM__" });
  // Only now: its files are those that were just loaded. Browsers refuse workers to a page that came
  // by plain http from another machine; then it works as before, with a network only.
  navigator.serviceWorker?.register("/worker.js").catch((error) => console.warn(error));
} catch (error) {
  console.error(error);
  const note = document.getElementById("boot");
  if (note) {
    note.textContent =
      "Parlor could not start. Reload the page; if that does not help, use a current browser that allows WebAssembly.";
  }
}
