/** Lookups that failed, in the words of the common resolvers: which name, and whether it is not known or nobody answered. */

const NAME = String.raw`["'(]?([a-zA-Z0-9][a-zA-Z0-9_.-]{0,252})`;
const UNKNOWN = [
  new RegExp(String.raw`\blookup ${NAME}(?![\w.-])[^\n]{0,200}no such host`, 'u'),
  new RegExp(String.raw`\bENOTFOUND[ :]{1,2}${NAME}`, 'u'),
  new RegExp(String.raw`\bUnknownHostException: ${NAME}`, 'u'),
  new RegExp(String.raw`\b[Uu]nknown (?:\w{1,16} )?host[ :=]{1,2}${NAME}`, 'u'),
  new RegExp(
    String.raw`\bcould not translate host name ${NAME}["']? to address: (?:Name or service not known|nodename nor servname|Name does not resolve|No address)`,
    'u',
  ),
  new RegExp(String.raw`\b[Cc]ould(?: not|n't) resolve (?:host(?:name)?|address)[ :=]{1,2}${NAME}`, 'u'),
  new RegExp(String.raw`\bNXDOMAIN\b[^\n]{0,80}?[ :=]${NAME}`, 'u'),
  new RegExp(
    String.raw`\b(?:host(?:name)?|resolve|resolving|server)[ :='"]{1,3}${NAME}[^\n]{0,120}(?:Name or service not known|nodename nor servname|Name does not resolve)`,
    'u',
  ),
  new RegExp(String.raw`\/\/${NAME}[^\n]{0,200}(?:Name or service not known|nodename nor servname|Name does not resolve)`, 'u'),
  new RegExp(String.raw`\bhost not found in upstream ${NAME}`, 'u'),
];
const NO_ANSWER =
  /\blookup [^\n]{1,250}(?:i\/o timeout|server misbehaving|connection refused|timed out)|\bEAI_AGAIN\b|temporary failure in name resolution|getaddrinfo[^\n]{0,80}timed out|\bSERVFAIL\b|could not be resolved \((?:110: Operation timed out|2: Server failure)\)|resolver timeout/iu;

/** The name that the resolver says does not exist: lower case, without the dot at its end. */
export function unknownNameIn(text: string): string | undefined {
  if (NO_ANSWER.test(text)) return undefined;
  const name = UNKNOWN.map((pattern) => pattern.exec(text)?.[1]).find((one) => one !== undefined);
  return name?.replace(/(?<![.:-])[.:-]+$/u, '').toLowerCase();
}

export const isUnanswered = (text: string): boolean => NO_ANSWER.test(text);
