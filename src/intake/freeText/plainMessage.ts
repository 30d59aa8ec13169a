/**
 * A chat message without its markup: Slack's mrkdwn and escapes, Telegram's and Grafana's Markdown, HTML entities, emoji by name.
 *
 * Links go into a list of their own, with their text left in place. Nothing beyond the first 8 KiB is read.
 */
export interface PlainMessage {
  /** On one line. */
  readonly text: string;
  readonly lines: readonly string[];
  readonly links: readonly string[];
  /** Times that Slack was told by number, in milliseconds since the epoch. */
  readonly dates: readonly number[];
}

const LONGEST = 8192;
const MOST_LINES = 200;
const INVISIBLE = /[\p{Cf}\u{E0000}-\u{E007F}]+/gu;
const URL = /https?:\/\/[^\s<>|)\]"']{1,2000}/gu;
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&#39;': "'" };

export function plainMessage(message: string): PlainMessage {
  const bounded = message.slice(0, LONGEST).toWellFormed().replace(INVISIBLE, '').replaceAll('’', "'");
  const links: string[] = [];
  const dates: number[] = [];
  const withoutTokens = bounded.replace(/<([^<>\n]{1,2100})>/gu, (_, token: string) => readToken(token, links, dates));
  const markdown = withoutTokens.replace(/\[([^[\]\n]{1,200})\]\((https?:\/\/[^\s()]{1,2000})\)/gu, (_, label: string, href: string) => {
    links.push(href);
    return label;
  });
  const bare = markdown.replace(URL, (href) => {
    links.push(withoutEndMarks(href));
    return ' ';
  });
  const lines = bare
    .split(/\r?\n/u)
    .slice(0, MOST_LINES)
    .map((line) => withoutMarks(line))
    .filter((line) => line !== '');
  return { text: lines.join(' '), lines, links, dates };
}

/** Marks that end a sentence do not belong to the address before them. By hand: an expression for this takes the square of the time. */
function withoutEndMarks(href: string): string {
  let end = href.length;
  while (end > 0 && '.,;:!?'.includes(href.charAt(end - 1))) end -= 1;
  return href.slice(0, end);
}

/** `<https://…|text>`, `<@U1|name>`, `<#C1|channel>`, `<!here>`, `<!date^1392734382^{date} at {time}|then>` */
function readToken(token: string, links: string[], dates: number[]): string {
  const [target = '', label = ''] = token.split('|', 2);
  if (/^https?:\/\//u.test(target)) {
    links.push(target);
    return label.startsWith('http') ? ' ' : label;
  }
  if (target.startsWith('!date^')) {
    const seconds = Number(target.split('^')[1]);
    if (Number.isSafeInteger(seconds) && seconds > 0) dates.push(seconds * 1000);
    return label;
  }
  return /^[@#!]/u.test(target) ? ' ' : label === '' ? ` ${target} ` : label;
}

function withoutMarks(line: string): string {
  return line
    .replace(/&(?:lt|gt|amp|quot|#39);/gu, (entity) => ENTITIES[entity] ?? entity)
    .replace(/:[a-z0-9_+-]{2,40}:(?![0-9])/gu, ' ')
    .replace(/[*`~]+/gu, '')
    .replace(/(^|\s)_([^_]+)_(?=\s|[.,:;!?]|$)/gu, '$1$2')
    .replace(/\s+/gu, ' ')
    .trim();
}
