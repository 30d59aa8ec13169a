/**
 * Text of strangers in Slack's mrkdwn, where it may be nothing but text. Its place is a text object with `verbatim: true`, in which Slack
 * links no address and no name by itself.
 *
 * `&`, `<` and `>` are escaped as Slack says: without them there is no link, mention or date. Marks of formatting and of emoji cannot be
 * escaped there, nor can addresses in the text of a notification; what makes them is replaced by characters that look like it. In linear time.
 */

const LOOKALIKES: Readonly<Record<string, string>> = { '*': '∗', '~': '∼', '`': 'ˋ' };
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** For a text object of type `plain_text`, which knows no escapes: nothing in it may look like a mention of Slack's. */
export const plainText = (text: string): string => text.replace(/</gu, '‹').replace(/>/gu, '›');

/** @param text on one line */
export function escapeMrkdwn(text: string): string {
  return text
    .replace(/^>/u, '›')
    .replace(/[*~`]/gu, (mark) => LOOKALIKES[mark] ?? mark)
    .replace(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, 'ˍ')
    .replace(/:(?=\/\/)/gu, '∶')
    .replace(/:([a-z0-9_+'-]+)(?=:)/giu, (name) => (/[a-z]/iu.test(name) ? `∶${name.slice(1)}` : name))
    .replace(/[&<>]/gu, (mark) => ENTITIES[mark] ?? mark);
}
