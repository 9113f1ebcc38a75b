// Small pictures of a part of a page, for the guides. No assertions live here.

/** Around what is shown, in CSS pixels. */
const EDGE = 12;

/** The rectangle around some elements, with an edge, no higher than `most`. */
async function around(page, elements, most) {
  const boxes = [];
  for (const element of elements) {
    await element.first().waitFor();
    boxes.push(await element.first().boundingBox());
  }
  const left = Math.min(...boxes.map((box) => box.x)) - EDGE;
  const top = Math.min(...boxes.map((box) => box.y)) - EDGE;
  const right = Math.max(...boxes.map((box) => box.x + box.width)) + EDGE;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + EDGE;
  const { width } = page.viewportSize();
  const clip = { x: Math.max(0, left), y: Math.max(0, top), width: 0, height: 0 };
  clip.width = Math.min(width, right) - clip.x;
  clip.height = Math.min(bottom - clip.y, most);
  return clip;
}

/** A picture as WebP, made by the browser itself. */
async function webp(page, png) {
  const blank = await page.context().browser().newPage();
  try {
    const encoded = await blank.evaluate(async (data) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", 0.5).split(",")[1];
    }, png.toString("base64"));
    return Buffer.from(encoded, "base64");
  } finally {
    await blank.close();
  }
}

/** What lies around the elements of a page, as WebP. */
export async function picture(page, elements, most = 900) {
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  const clip = await around(page, elements, most);
  return webp(page, await page.screenshot({ clip, fullPage: true, animations: "disabled" }));
}
