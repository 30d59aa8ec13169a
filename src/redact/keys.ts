/**
 * What a key's name says about its value: `DB_PASSWORD`, `clientSecret` and `x-api-key` hold secrets, `tokenTTL`, `secretName`
 * and `password_file` speak about one, `trace_id` and `digest` hold identifiers that only look random.
 *
 * Judged on the end of the name, where names carry their meaning, after case and separators are gone.
 */
import type { Kind } from './kinds.ts';

export interface KeyMeaning {
  /** The value is a secret of this kind. */
  readonly secret?: Kind;
  /** The value may look random, and is not secret. */
  readonly identifier?: boolean;
  /** Role in a Kubernetes or process environment listing. */
  readonly role?: 'name' | 'value' | 'data' | 'kind';
}

/** Endings that make a name speak about a secret instead of holding one. */
const ABOUT =
  /(?:names?|refs?|ids?|files?|filename|paths?|dir|directory|types?|kinds?|ur[li]s?|endpoint|expir(?:y|es|ation|ed)(?:at|in|seconds|time)?|ttl|age|length|len|count|size|limits?|policy|modes?|versions?|namespace|provider|issuer|audiences?|alg(?:orithm)?|status|state|errors?|reason|required|enabled|disabled|valid|format|fields?|headers?|usage|budget|created(?:at)?|updated(?:at)?|rotat(?:ed|ion)|manager|store|class|reviews?|attempts?|retries|seconds|ms|url|from|source|sources|scope|scopes|webhook|key(?:ref|name|path|file)|mount|label|prefix|suffix|config|method|interval|timeout|hint)$/u;

/** Endings that add nothing: `password2`, `token_value`, `secretBase64`. */
const NEUTRAL = /(?:(?<!\d)\d+|values?|base64|b64|encoded|plain(?:text)?|raw|string|str|text|new|old|current|previous|prod|dev|test|env)$/u;

const SECRET_ENDINGS: readonly (readonly [RegExp, Kind])[] = [
  [/(?:password|passwd|passwords|passphrase|passcode|userpass|rootpass|dbpass|requirepass|masterauth|sshpass|pgpass)$/u, 'password'],
  [/pwd$/u, 'password'],
  [/(?:private|ssh|deploy|rsa|ecdsa|ed25519|pem|tls|client)key(?:data|pem)?$/u, 'private-key'],
  [/(?:connectionstring|connstring|connstr|dsn)$/u, 'connection-string'],
  [
    /(?:api|apps?|auth|access|account|shared|sharedaccess|storage|service|function|host|license|encryption|encrypt|decryption|signing|master|session|hmac|aes|cipher|integration|write|ingest|webhook|admin|instrumentation|dd|bot)key$/u,
    'api-key',
  ],
  [/(?:secret|secretkey|secretaccesskey|secretkeybase|clientsecrets|secretid|sharedsecret)$/u, 'secret'],
  [/(?:token|jwt|bearer|csrf|xsrf|otp|totp|jsessionid|phpsessid|sessid|sessionid|sessioncookie|sessiontoken|connectsid)$/u, 'token'],
  [/(?:credentials?|creds?|netrc|htpasswd|dockerconfigjson|dockercfg|userinfopassword)$/u, 'credential'],
  [/(?:authorization|authheader|authtoken|proxyauth)$/u, 'authorization'],
  [/cookies?$/u, 'cookie'],
  [/(?:^sig|signature|^sas|sastoken|sharedaccesssignature)$/u, 'signature'],
];
/** Names that are too short to be judged by their end. */
const SECRET_NAMES: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['pass', 'password'],
  ['pw', 'password'],
  ['pin', 'password'],
  ['auth', 'credential'],
  ['x-goog-signature', 'signature'],
]);
/** A name with one of these anywhere holds a secret unless its ending says otherwise: `passwordProd`, `SECRET_FOO`. */
const ANYWHERE: readonly (readonly [RegExp, Kind])[] = [
  [/password|passwd|passphrase/u, 'password'],
  [/(?:^|[_.-])secret(?:[_.-]|$)/u, 'secret'],
];
/** Names that end like a secret's and are none. */
const NOT_SECRET =
  /^(?:bypass|compass|(?:un)?expectedtoken|nexttoken|continuetoken|nextpagetoken|pagetoken|continuationtoken|synctoken|old?pwd|publickey|tokens?|secrets?)$/u;
const NOT_SECRET_EXCEPTIONS: ReadonlySet<string> = new Set(['token', 'secret']);

const IDENTIFIER =
  /(?:id|ids|uid|uuid|guid|digest|sha|sha1|sha256|sha384|sha512|md5|hash|checksum|etag|fingerprint|integrity|version|revision|commit|image|imageid|trace|traceparent|span|nonce|name|pod|node|host|container|generation|cursor|continue|cadata|certificateauthoritydata|certificatedata|certificate|cabundle|cert|crt|publickey|arn)$/u;

const ROLES: ReadonlyMap<string, NonNullable<KeyMeaning['role']>> = new Map([
  ['name', 'name'],
  ['key', 'name'],
  ['value', 'value'],
  ['data', 'data'],
  ['stringdata', 'data'],
  ['kind', 'kind'],
]);

const LONGEST_KEY = 80;
const NOTHING: KeyMeaning = {};
/** Names repeat; the bound keeps hostile text from filling memory with names. */
const REMEMBERED = 4096;

/** Reads names, and remembers what it read. */
export function createKeyReader(): (name: string) => KeyMeaning {
  const known = new Map<string, KeyMeaning>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const meaning = meaningOf(name);
    if (known.size >= REMEMBERED) known.clear();
    known.set(name, meaning);
    return meaning;
  };
}

function meaningOf(name: string): KeyMeaning {
  if (name.length > LONGEST_KEY) return NOTHING;
  const lower = name.toLowerCase();
  const flat = lower.replaceAll(/[-_.\s]/gu, '');
  const role = ROLES.get(flat);
  const secret = secretOf(lower, flat, name);
  if (secret !== undefined) return { secret };
  return {
    ...(role === undefined ? {} : { role }),
    ...(IDENTIFIER.test(flat) || lower === 'x-amz-id-2' || lower === 'h1' ? { identifier: true } : {}),
  };
}

function secretOf(lower: string, flat: string, name: string): Kind | undefined {
  if (NOT_SECRET.test(flat) && !NOT_SECRET_EXCEPTIONS.has(flat)) return undefined;
  const exact = SECRET_NAMES.get(flat) ?? shortEnding(lower, name);
  if (exact !== undefined) return exact;
  const bare = flat.replace(NEUTRAL, '').replace(NEUTRAL, '');
  for (const candidate of bare === flat ? [flat] : [flat, bare]) {
    const found = SECRET_ENDINGS.find(([ending]) => ending.test(candidate));
    if (found !== undefined) return found[1];
  }
  if (ABOUT.test(flat) || flat.endsWith('secrets')) return undefined;
  return ANYWHERE.find(([part]) => part.test(lower))?.[1];
}

/** `db_pass`, `DbPass`; not `bypass`. */
function shortEnding(lower: string, name: string): Kind | undefined {
  return /[_.-](?:pass|pw)\d*$/u.test(lower) || /[a-z]Pass\d*$/u.test(name) ? 'password' : undefined;
}
