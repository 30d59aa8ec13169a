/** Credentials that are known by their form: JSON Web Tokens, Telegram's and Azure's secrets, password hashes, card numbers. */
import { ALNUM, BASE64_EXTRA, classAt, DIGIT, runEnd, WORD } from './characters.ts';
import type { Token } from './tokens.ts';

const SHORTEST_JWT_PART = 8;

/** Where the JSON Web Token (signed or encrypted) that begins at `at` ends; 0 if none does. */
export function jwtEnd(text: string, at: number, end: number): number {
  if (!text.startsWith('eyJ', at)) return 0;
  const header = runEnd(text, at, end, WORD);
  if (header - at < SHORTEST_JWT_PART || text.charCodeAt(header) !== 0x2e) return 0;
  let stop = header;
  for (let parts = 0; parts < 4 && stop < end && text.charCodeAt(stop) === 0x2e; parts++) stop = runEnd(text, stop + 1, end, WORD);
  return stop - header > SHORTEST_JWT_PART ? stop : 0;
}

const TELEGRAM_SECRET = 35;

/** Where the Telegram bot token whose second half is [from, to) begins; -1 if it is none. */
export function telegramStart(text: string, from: number, to: number, lineStart: number): number {
  if (to - from < TELEGRAM_SECRET - 2 || to - from > TELEGRAM_SECRET + 3 || text.charCodeAt(from - 1) !== 0x3a) return -1;
  let at = from - 1;
  while (at > lineStart && from - at <= 12 && (classAt(text, at - 1) & DIGIT) !== 0) at--;
  const digits = from - 1 - at;
  return digits >= 8 && digits <= 10 ? at : -1;
}

/** Azure AD client secrets: `abc8Q~` and 31 to 34 more. @param tilde where the `~` is */
export function azureSecret(text: string, tilde: number, end: number): Token | undefined {
  const start = tilde - 5;
  if (text[tilde - 1] !== 'Q' || (classAt(text, tilde - 2) & DIGIT) === 0 || start < 0) return undefined;
  let at = tilde + 1;
  const limit = Math.min(end, tilde + 41);
  while (at < limit && ((classAt(text, at) & WORD) !== 0 || text[at] === '.' || text[at] === '~')) at++;
  return at - tilde > 30 ? { kind: 'azure-secret', start, end: at } : undefined;
}

const HASH_SCHEMES: ReadonlySet<string> = new Set([
  '1',
  '2a',
  '2b',
  '2y',
  '5',
  '6',
  '7',
  'y',
  'gy',
  'apr1',
  'argon2i',
  'argon2d',
  'argon2id',
  'scrypt',
  'pbkdf2-sha256',
  'pbkdf2-sha512',
  'pbkdf2',
]);
const LONGEST_SCHEME = 14;

/** Where the crypt(3) or PHC password hash that begins at `at` (a `$`) ends; 0 if none does. */
export function passwordHashEnd(text: string, at: number, end: number): number {
  const close = runEnd(text, at + 1, Math.min(end, at + 1 + LONGEST_SCHEME), WORD);
  if (text.charCodeAt(close) !== 0x24 || !HASH_SCHEMES.has(text.slice(at + 1, close))) return 0;
  let stop = close;
  while (stop < end && ((classAt(text, stop) & (WORD | BASE64_EXTRA)) !== 0 || '$.,'.includes(text[stop] ?? ' '))) stop++;
  return stop - at >= 24 ? stop : 0;
}

/** Groups of digits as they are printed on cards, by length of the number. */
const CARD_LENGTHS: ReadonlyMap<number, RegExp> = new Map([
  [14, /^3(?:0[0-5]|[689])/u],
  [15, /^3[47]/u],
  [16, /^(?:4|5[1-5]|2[2-7]|6(?:011|4[4-9]|5|2)|35)/u],
]);
const CARD_SEPARATORS = ' -';

/** Where the payment card number that begins at `at` ends; 0 if none does. Luhn's check holds back nine in ten other numbers. */
export function cardEnd(text: string, at: number, end: number): number {
  if ((classAt(text, at - 1) & WORD) !== 0 || text[at - 1] === '.') return 0;
  const separator = [4, 6]
    .map((offset) => text[at + offset] ?? '')
    .find((character) => CARD_SEPARATORS.includes(character) && character !== '');
  let digits = '';
  let stop = at;
  const limit = Math.min(end, at + 20);
  for (; stop < limit; stop++) {
    if ((classAt(text, stop) & DIGIT) !== 0) digits += text[stop];
    else if (text[stop] !== separator || (classAt(text, stop + 1) & DIGIT) === 0 || (digits.length < 16 && !atGroup(digits.length))) break;
    else if (digits.length >= 14) break;
  }
  if ((classAt(text, stop) & ALNUM) !== 0 || CARD_LENGTHS.get(digits.length)?.test(digits) !== true) return 0;
  return luhn(digits) ? stop : 0;
}

const atGroup = (length: number): boolean => length === 4 || length === 8 || length === 12 || length === 10;

function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** `user:password` in base64, as in a Basic header or a registry's credentials. */
export function isBasicCredential(value: string): boolean {
  if (value.length < 8 || runEnd(value, 0, value.length, WORD | BASE64_EXTRA) !== value.length) return false;
  return Buffer.from(value, 'base64').toString('latin1').includes(':');
}
