// A file made here, out of what the kernel sent.

/** @param {string} name @param {DataView} packed by gzip @param {HTMLElement} home of the link that is pressed */
export async function download(name, packed, home) {
  const text = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const url = URL.createObjectURL(await new Response(text).blob());
  const link = Object.assign(home.ownerDocument.createElement("a"), { href: url, download: name, hidden: true });
  home.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
