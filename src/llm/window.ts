/** What goes into a prompt when not everything fits: whole sections by priority, the last one cut at a line, in the order they were given. */

export interface Section {
  readonly name: string;
  /** Lower goes first. */
  readonly priority: number;
  readonly text: string;
  /** Of its tokens, as many are needed for it to be of any use; below that it is left out. Absent: it is never cut. */
  readonly leastTokens?: number | undefined;
}

export interface Fitted {
  /** In the order in which they were given. */
  readonly sections: readonly Section[];
  readonly tokens: number;
  /** Names of what was shortened or left out. */
  readonly cut: readonly string[];
}

const LEFT_OUT = '\n[the rest is left out for want of room]';

/** @param budget tokens @param estimate tokens of a text */
export function fitToWindow(sections: readonly Section[], budget: number, estimate: (text: string) => number): Fitted {
  const kept = new Map<Section, Section>();
  const cut: string[] = [];
  let left = budget;
  for (const section of sections.toSorted((a, b) => a.priority - b.priority)) {
    const fitted = fit(section, left, estimate);
    if (fitted?.text !== section.text) cut.push(section.name);
    if (fitted === undefined) continue;
    kept.set(section, fitted);
    left -= estimate(fitted.text);
  }
  return { sections: sections.flatMap((section) => kept.get(section) ?? []), tokens: budget - left, cut };
}

function fit(section: Section, left: number, estimate: (text: string) => number): Section | undefined {
  if (estimate(section.text) <= left) return section;
  if (section.leastTokens === undefined || left < section.leastTokens) return undefined;
  const text = cutToTokens(section.text, left, estimate);
  return text === undefined ? undefined : { ...section, text };
}

/** The longest beginning of whole lines that fits, marked as cut; undefined when not even one does. */
function cutToTokens(text: string, budget: number, estimate: (text: string) => number): string | undefined {
  return mostLines(text, budget, estimate, (lines, count) => lines.slice(0, count).join('\n') + LEFT_OUT);
}

/** Of the lines that are kept, those of the end: a log says last what it died of. */
const END_SHARE = 0.7;

/** The most lines of beginning and end that fit, with what lies between left out; undefined when not even one does. */
export function cutMiddleToTokens(text: string, budget: number, estimate: (text: string) => number): string | undefined {
  return mostLines(text, budget, estimate, (lines, count) => {
    const atEnd = Math.ceil(count * END_SHARE);
    const between = `[${lines.length - count} lines are left out for want of room]`;
    return [...lines.slice(0, count - atEnd), between, ...lines.slice(lines.length - atEnd)].join('\n');
  });
}

/** @param keep the text with so many of its lines */
function mostLines(
  text: string,
  budget: number,
  estimate: (text: string) => number,
  keep: (lines: readonly string[], count: number) => string,
): string | undefined {
  if (estimate(text) <= budget) return text;
  const lines = text.split('\n');
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (estimate(keep(lines, middle)) <= budget) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? undefined : keep(lines, low);
}
