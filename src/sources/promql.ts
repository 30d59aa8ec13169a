/** PromQL selectors from names and values of strangers: built from checked and escaped parts, never by gluing text. */

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/u;

/** `{namespace="shop",pod="cart-1"}`. Throws for a label name that is none. */
export function selector(labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => {
    if (!LABEL_NAME.test(name)) throw new Error(`"${name}" is not a label name`);
    return `${name}=${quoted(value)}`;
  });
  return `{${matchers.join(',')}}`;
}

/** A string literal of PromQL and of Alertmanager's matchers: both follow Go's rules. */
export function quoted(value: string): string {
  const escaped = value.replace(/\\/gu, '\\\\').replace(/"/gu, '\\"').replace(/\n/gu, '\\n');
  return `"${escaped}"`;
}
