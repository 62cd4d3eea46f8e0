// Runs inside the browser, on a finished page: what a reader would stumble over, as plain data.
(() => {
  const problems = [];
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const brush = canvas.getContext('2d', { willReadFrequently: true });

  /** Any CSS colour as red, green, blue and opacity, 0 to 1. */
  const colour = (css) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = css;
    brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
  };
  const over = ([r, g, b], opacity, below) =>
    [r, g, b].map((part, i) => part * opacity + below[i] * (1 - opacity));
  const paper = colour(getComputedStyle(document.body).backgroundColor).slice(0, 3);

  /** What stands behind an element: the backgrounds of what it lies in, from the body inwards. */
  const behind = (element) => {
    const chain = [];
    for (let at = element; at && at !== document.body; at = at.parentElement) chain.unshift(at);
    return chain.reduce((below, one) => {
      const top = colour(getComputedStyle(one).backgroundColor);
      return over(top, top[3], below);
    }, paper);
  };

  /** Relative luminance and contrast as WCAG 2 defines them. */
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const named = (text) => JSON.stringify((text ?? '').trim().slice(0, 50));
  let texts = 0;
  const demand = (text, ink, ground, where) => {
    texts++;
    const found = contrast(ink, ground);
    if (found < 4.5) problems.push(`contrast ${found.toFixed(2)} of ${named(text)} in ${where}`);
  };

  for (const element of document.querySelectorAll('body *:not(svg, svg *)')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !shown(element)) continue;
    const ink = colour(getComputedStyle(element).color);
    demand(element.textContent, ink.slice(0, 3), behind(element), element.tagName);
  }

  /** Corners of a text as it stands on the screen, turned or not, a pixel smaller on each side. */
  const corners = (text) => {
    const { x, y, width, height } = text.getBBox();
    const matrix = text.getScreenCTM();
    const point = (px, py) => new DOMPoint(px, py).matrixTransform(matrix);
    const [left, right, top, bottom] = [x + 1, x + width - 1, y + 1.5, y + height - 1.5];
    return [point(left, top), point(right, top), point(right, bottom), point(left, bottom)];
  };

  /** Whether a line parts two convex shapes, which then have nothing in common. */
  const parted = (a, b) =>
    [a, b].some((shape) =>
      shape.some((from, i) => {
        const to = shape[(i + 1) % shape.length];
        const across = (p) => (p.x - from.x) * (to.y - from.y) - (p.y - from.y) * (to.x - from.x);
        const sides = (points) => points.map(across);
        const mine = sides(a);
        const other = sides(b);
        return Math.max(...mine) <= Math.min(...other) || Math.max(...other) <= Math.min(...mine);
      }),
    );

  for (const svg of document.querySelectorAll('svg')) {
    if (svg.parentElement.closest('svg') || !shown(svg)) continue;
    const name = svg.getAttribute('aria-label');
    const box = svg.getBoundingClientRect();
    const words = [...svg.querySelectorAll('text')].filter(
      (text) => text.textContent.trim() && shown(text),
    );
    const cells = [...svg.querySelectorAll('[aria-label="cell"] rect')].map((rect) => ({
      box: rect.getBoundingClientRect(),
      style: getComputedStyle(rect),
    }));
    for (const text of words) {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      const outside =
        left < box.left - 1 ||
        right > box.right + 1 ||
        top < box.top - 1 ||
        bottom > box.bottom + 1;
      if (outside) problems.push(`${named(text.textContent)} leaves the picture ${named(name)}`);
      const x = (left + right) / 2;
      const y = (top + bottom) / 2;
      const cell = cells.find(
        (one) => one.box.left < x && x < one.box.right && one.box.top < y && y < one.box.bottom,
      );
      const ground = cell
        ? over(colour(cell.style.fill), Number(cell.style.fillOpacity), paper)
        : paper;
      const ink = colour(getComputedStyle(text).fill).slice(0, 3);
      demand(text.textContent, ink, ground, `picture ${named(name)}`);
    }
    const shapes = words.map(corners);
    for (let a = 0; a < words.length; a++) {
      for (let b = a + 1; b < words.length; b++) {
        if (parted(shapes[a], shapes[b])) continue;
        const pair = `${named(words[a].textContent)} and ${named(words[b].textContent)}`;
        problems.push(`${pair} overlap in the picture ${named(name)}`);
      }
    }
  }

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    problems.push(`the page is ${root.scrollWidth - root.clientWidth} pixels too wide`);
  }
  for (const link of document.querySelectorAll('nav a')) {
    const target = document.querySelector(link.getAttribute('href'));
    if (target?.textContent !== link.textContent)
      problems.push(`the link ${link.href} leads nowhere`);
  }
  return {
    problems,
    texts,
    pictures: [...document.querySelectorAll('svg[role="img"]')].filter(shown).length,
    first: document.querySelectorAll('h1').length,
    headings: document.querySelectorAll('h2').length,
    links: document.querySelectorAll('nav a').length,
  };
})();
