// Starts the app: the build puts the hashed paths in place of the two marks. A file of its own, since
// the Content-Security-Policy refuses scripts in the page.
import init from "__GLUE__";

try {
  await init({ module_or_path: "__WASM__" });
} catch (error) {
  console.error(error);
  const note = document.getElementById("boot");
  if (note) {
    note.textContent =
      "Parlor could not start. Reload the page; if that does not help, use a current browser that allows WebAssembly.";
  }
}
