/** An alert as people and Prometheus write it: `KubePodCrashLooping{namespace="shop",pod="cart-0"}`. */
import type { NamedAlert } from './arguments.ts';

const NAME = /^\s*([a-zA-Z_:][\w:]{0,199})?\s*/u;
const LABEL = /\s*([a-zA-Z_]\w{0,99})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\s*(,|\})/uy;
const LONGEST = 16_384;

/** The name is a label too: `{alertname="…"}` will do. Throws what is wrong, and where. */
export function readAlert(text: string): NamedAlert {
  if (text.length > LONGEST) throw new Error(`an alert of ${text.length} characters; its name and labels are enough`);
  const head = NAME.exec(text);
  const said = head?.[1];
  const labels = readLabels(text, head?.[0].length ?? 0);
  const name = said ?? labels['alertname'];
  if (name === undefined) throw new Error('the alert has no name; write one like KubePodCrashLooping{namespace="shop"}');
  return { name, labels: { ...labels, alertname: name } };
}

function readLabels(text: string, from: number): Readonly<Record<string, string>> {
  if (text.slice(from).trim() === '') return {};
  if (text[from] !== '{') throw wrongAt(text, from);
  const labels: [string, string][] = [];
  let at = from + 1;
  if (/^\s*\}\s*$/u.test(text.slice(at))) return {};
  for (;;) {
    LABEL.lastIndex = at;
    const label = LABEL.exec(text);
    if (label === null) {
      // A comma before the brace is Prometheus' own way.
      if (labels.length > 0 && /^\s*\}\s*$/u.test(text.slice(at))) break;
      throw wrongAt(text, at);
    }
    const [whole, name = '', double, single, end] = label;
    labels.push([name, unescaped(double ?? single ?? '')]);
    at += whole.length;
    if (end === '}') {
      if (text.slice(at).trim() !== '') throw wrongAt(text, at);
      break;
    }
  }
  return Object.fromEntries(labels);
}

const unescaped = (value: string): string => value.replace(/\\(.)/gu, (_, sign: string) => (sign === 'n' ? '\n' : sign));

const wrongAt = (text: string, at: number): Error =>
  new Error(`the alert cannot be read at "${text.slice(at, at + 20)}"; write it like KubePodCrashLooping{namespace="shop",pod="cart-0"}`);
