/**
 * Text of strangers in Slack's mrkdwn, where it may be nothing but text. Its place is a text object with `verbatim: true`, in which Slack
 * links no address and no name by itself.
 *
 * `&`, `<` and `>` are escaped as Slack says: without them there is no link, mention or date. Marks of formatting and of emoji cannot be
 * escaped there; they are replaced by characters that look like them. In linear time.
 */

const LOOKALIKES: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ' };
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** @param text on one line */
export function escapeMrkdwn(text: string): string {
  return text
    .replace(/^>/u, '›')
    .replace(/[*~`]/gu, (mark) => LOOKALIKES[mark] ?? mark)
    .replace(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, 'ˍ')
    .replace(/:([a-z0-9_+'-]+)(?=:)/giu, (name) => (/[a-z]/iu.test(name) ? `∶${name.slice(1)}` : name))
    .replace(/[&<>]/gu, (mark) => ENTITIES[mark] ?? mark);
}
