// Keeps the page itself, so that it opens without a network. Never an answer of the API: that is
// somebody's own, and the page keeps what may be kept, by login and for a day. The build puts the
// version and the files in place of the two marks.
const CACHE = "parlor-__VERSION__";
const FILES = __FILES__;
// The server's own paths: everything else is the page, whatever its address.
const SERVERS_OWN = /^\/(api|healthz|readyz|metrics)(\/|$)/;
// A network that takes longer than this is none.
const PATIENCE_MS = 3_000;

async function install() {
  const cache = await caches.open(CACHE);
  // The page past the browser's own cache; the files have their content's hash in their name.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: file === "/" ? "reload" : "default" })));
  // A page of the version before has loaded all it needs, so nobody has to be waited for.
  await skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await clients.claim();
}

const kept = (path) => caches.match(path, { cacheName: CACHE, ignoreVary: true });

// The server's page where it answers in time, else the one that is kept.
async function page(request) {
  const fresh = fetch(request).catch(() => undefined);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([fresh, late]);
  if (answer && answer.status < 500) return answer;
  return (await kept("/")) ?? (await fresh) ?? Response.error();
}

async function file(request) {
  return (await kept(request.url)) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || SERVERS_OWN.test(pathname)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(file(request));
});
