/** Selectors of PromQL and LogQL from names and values of strangers: built from checked and escaped parts, never by gluing text. */

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/u;

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** `{namespace="shop",pod="cart-1"}`. Throws for a label name that is none. */
export function selector(labels: Readonly<Record<string, string>>): string {
  return selectorOf(Object.entries(labels).map(([label, value]) => ({ label, operator: '=', value })));
}

/** `{namespace="shop",pod=~"cart-1|cart-2"}`. Throws for a label name that is none. */
export function selectorOf(matchers: readonly Matcher[]): string {
  return `{${matchers.map(matcherText).join(',')}}`;
}

export function matcherText({ label, operator, value }: Matcher): string {
  if (!LABEL_NAME.test(label)) throw new Error(`"${label}" is not a label name`);
  return `${label}${operator}${quoted(value)}`;
}

/** Matches these values and no other; of one value, without a regular expression. */
export function anyOf(label: string, values: readonly string[]): Matcher {
  const [first, ...others] = values;
  if (first !== undefined && others.length === 0) return { label, operator: '=', value: first };
  return { label, operator: '=~', value: alternatives(values) };
}

/** A regular expression of RE2 that matches these texts as they are; with none of them, only the empty text. */
export function alternatives(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[\\^$.|?*+()[\]{}]/gu, '\\$&')).join('|');
}

/** A string literal of PromQL and of Alertmanager's matchers: both follow Go's rules. */
export function quoted(value: string): string {
  const escaped = value.replace(/\\/gu, '\\\\').replace(/"/gu, '\\"').replace(/\n/gu, '\\n');
  return `"${escaped}"`;
}
