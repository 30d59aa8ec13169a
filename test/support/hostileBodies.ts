/**
 * Bodies that a webhook may be sent by mistake or in bad faith, each with the one answer that is right. Generated, so that every kind of damage is
 * there in every place; no body depends on chance.
 */
import { gzipSync } from 'node:zlib';

export interface HostileBody {
  readonly name: string;
  /** Made when it is needed: some are large. */
  readonly body: () => Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  /** Status, and the cause where it is refused. */
  readonly want: string;
}

const TAKEN = '200';
const json = { 'content-type': 'application/json' };
const packed = { ...json, 'content-encoding': 'gzip' };

const alert = (rest: object = {}): object => ({
  status: 'firing',
  labels: { alertname: 'Hostile', namespace: 'shop', deployment: 'cart' },
  annotations: { summary: 's' },
  startsAt: '2026-11-21T11:55:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph',
  ...rest,
});
const message = (alerts: unknown, rest: object = {}): object => ({
  receiver: 'r',
  alerts,
  version: '4',
  groupKey: '{}',
  truncatedAlerts: 0,
  ...rest,
});
const labels = (rest: object): object => alert({ labels: { alertname: 'Hostile', ...rest } });
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const valid = JSON.stringify(message([alert()]));

const of = (
  name: string,
  body: string | (() => Uint8Array<ArrayBuffer>),
  want: string,
  headers: HostileBody['headers'] = json,
): HostileBody => ({
  name,
  body: typeof body === 'string' ? () => bytes(body) : body,
  want,
  headers,
});
const value = (name: string, sent: unknown, want: string): HostileBody => of(name, JSON.stringify(sent), want);

const WRONG: readonly unknown[] = [null, true, -1, 1.5, 'text', '', [], [1], {}, { a: 1 }];
const shown = (sent: unknown): string => JSON.stringify(sent);

/** Each field with each type: what is needed is refused, what is not is done without. */
function wrongTypes(): readonly HostileBody[] {
  const field = (name: string, want: (sent: unknown) => string): readonly HostileBody[] =>
    WRONG.map((sent) => value(`${name}: ${shown(sent)}`, message([alert({ [name]: sent })]), want(sent)));
  const outer = (name: string, want: (sent: unknown) => string): readonly HostileBody[] =>
    WRONG.map((sent) => value(`${name} of the message: ${shown(sent)}`, message([alert()], { [name]: sent }), want(sent)));
  return [
    ...field('status', () => '422 invalid_alert'),
    ...field('labels', () => '422 invalid_alert'),
    ...['annotations', 'startsAt', 'endsAt', 'generatorURL', 'fingerprint', 'somethingNew'].flatMap((name) => field(name, () => TAKEN)),
    ...outer('version', () => '422 not_alertmanager'),
    ...outer('alerts', (sent) => (Array.isArray(sent) ? (sent.length === 0 ? TAKEN : '422 invalid_alert') : '422 not_alertmanager')),
    ...outer('truncatedAlerts', () => TAKEN),
    ...WRONG.map((sent) =>
      value(`a label: ${shown(sent)}`, message([labels({ x: sent })]), typeof sent === 'string' ? TAKEN : '422 invalid_alert'),
    ),
    ...WRONG.map((sent) => value(`the whole body: ${shown(sent)}`, sent, '422 not_alertmanager')),
  ];
}

const TIMES = [
  '-0001-01-01T00:00:00Z',
  '0000-00-00T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '2026-02-30T00:00:00Z',
  '2026-11-21T24:61:61Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '+999999-01-01T00:00:00Z',
  '2026-11-21T11:55:00+99:99',
  '2026-11-21T11:55:00.123456789123456789Z',
  'NaN',
  '-1',
  '1e999',
  'now',
  '２０２６-11-21T11:55:00Z',
];

function times(): readonly HostileBody[] {
  return TIMES.flatMap((time) => [
    value(`begins at ${time}`, message([alert({ startsAt: time })]), TAKEN),
    value(`ends at ${time}`, message([alert({ status: 'resolved', endsAt: time })]), TAKEN),
  ]);
}

/** A message that breaks off, or has something else in it, at many places. */
function broken(): readonly HostileBody[] {
  const places = Array.from({ length: 30 }, (_, index) => Math.floor((valid.length * index) / 30));
  return [
    ...places.map((at) => of(`breaks off after ${at} bytes`, valid.slice(0, at), '400 not_json')),
    ...places.filter((at) => at > 0).map((at) => of(`NUL at byte ${at}`, `${valid.slice(0, at)}\u0000${valid.slice(at)}`, '400 not_json')),
    ...['{}', ',', ']', '"', 'x', '\u0000'].map((tail) => of(`followed by ${shown(tail)}`, valid + tail, '400 not_json')),
    of('two messages', `${valid}${valid}`, '400 not_json'),
    of('commas without values', '{"version":"4","alerts":[,,,]}', '400 not_json'),
    of('a comment', `/* hello */${valid}`, '400 not_json'),
    of('single quotes', valid.replaceAll('"', "'"), '400 not_json'),
    of('NaN', '{"version":"4","alerts":[NaN]}', '400 not_json'),
    of('YAML', 'version: "4"\nalerts: []\n', '400 not_json'),
    of('a form', 'version=4&alerts=', '400 not_json'),
    of('XML', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '400 not_json'),
  ];
}

const nested = (levels: number, open: string, close: string, inside = ''): string => open.repeat(levels) + inside + close.repeat(levels);

function deep(): readonly HostileBody[] {
  return [65, 100, 1000, 100_000, 1_000_000].flatMap((levels) => [
    of(`${levels} lists`, nested(levels, '[', ']'), '400 too_deep'),
    of(`${levels} objects`, nested(levels, '{"a":', '}', '1'), '400 too_deep'),
    of(`${levels} lists in an alert`, `{"version":"4","alerts":[{"labels":${nested(levels, '[', ']')}}]}`, '400 too_deep'),
    of(`${levels} lists that never close`, '['.repeat(levels), '400 too_deep'),
    of(`${levels} lists in a member of no interest`, `{"x":${nested(levels, '[', ']')},"version":"4","alerts":[]}`, '400 too_deep'),
    of(`${levels} brackets in a text`, JSON.stringify(message([labels({ x: '['.repeat(Math.min(levels, 10_000)) })])), TAKEN),
  ]);
}

function encodings(): readonly HostileBody[] {
  const utf16 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'utf16le'));
  const inside = (...raw: readonly number[]): (() => Uint8Array<ArrayBuffer>) => {
    const [before = '', after = ''] = JSON.stringify(message([labels({ x: '@' })])).split('@');
    return () => new Uint8Array(Buffer.concat([bytes(before), Uint8Array.from(raw), bytes(after)]));
  };
  return [
    of('UTF-16', () => utf16(valid), '400 not_json'),
    of('UTF-16 with its mark', () => new Uint8Array(Buffer.concat([Uint8Array.of(0xff, 0xfe), utf16(valid)])), '400 not_utf8'),
    of('a byte order mark', `\uFEFF${valid}`, TAKEN),
    of('a byte order mark in the middle', `{"version":\uFEFF"4","alerts":[]}`, '400 not_json'),
    of('Latin-1', inside(0xe4), '400 not_utf8'),
    of('an overlong slash', inside(0xc0, 0xaf), '400 not_utf8'),
    of('half a surrogate in UTF-8', inside(0xed, 0xa0, 0x80), '400 not_utf8'),
    of('a character beyond Unicode', inside(0xf4, 0x90, 0x80, 0x80), '400 not_utf8'),
    of('a character that breaks off', inside(0xe2, 0x82), '400 not_utf8'),
    of('a byte that is never UTF-8', inside(0xff), '400 not_utf8'),
    of('a control character in a text', inside(0x07), '400 not_json'),
    ...['\\ud800', '\\udc00', '\\ud800x', '\\udc00\\ud800', '\\u0000', '\\uffff', '\\u202e', '\\u2028'].map((escape) =>
      of(
        `the escape ${escape}`,
        `{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"A${escape}","${escape}":"${escape}"}}]}`,
        TAKEN,
      ),
    ),
    of('an escape that is none', '{"version":"4","alerts":[{"status":"firing","labels":{"a":"\\x41"}}]}', '400 not_json'),
    of('an escape that breaks off', '{"version":"4","alerts":[{"status":"firing","labels":{"a":"\\u12"}}]}', '400 not_json'),
  ];
}

function keys(): readonly HostileBody[] {
  const named = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '',
    ' ',
    'a b',
    '名',
    'x'.repeat(400),
    '..',
    'a/b',
    '$where',
  ];
  const withLabel = (name: string, sent: string): string =>
    `{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"A",${JSON.stringify(name)}:${sent}}}]}`;
  return [
    ...named.map((name) => of(`the label ${shown(name.slice(0, 20))}`, withLabel(name, '"x"'), TAKEN)),
    of('a prototype that is no text', withLabel('__proto__', '{"polluted":"yes"}'), TAKEN),
    of('a prototype of the message', `{"__proto__":{"version":"3"},${valid.slice(1)}`, TAKEN),
    of('a version twice, the last one right', `{"version":"3",${valid.slice(1)}`, TAKEN),
    of('a version twice, the last one wrong', `${valid.slice(0, -1)},"version":"3"}`, '422 not_alertmanager'),
    of('alerts twice, the last of them none', `${valid.slice(0, -1)},"alerts":[]}`, TAKEN),
    of('alerts twice, the last of them no list', `${valid.slice(0, -1)},"alerts":1}`, '422 not_alertmanager'),
    of('labels twice', '{"version":"4","alerts":[{"status":"firing","labels":{},"labels":{"alertname":"A"}}]}', TAKEN),
    of('a name that is escaped', valid.replace('"alerts"', '"\\u0061lerts"'), TAKEN),
    value('no label that says anything', message([alert({ labels: { a: '', b: '' } })]), '422 invalid_alert'),
    value('the form of another sender', { ref: 'refs/heads/main', commits: [] }, '422 not_alertmanager'),
  ];
}

const MIB = 2 ** 20;

function sizes(): readonly HostileBody[] {
  const many = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`label_${index}`, `value ${index}`]));
  const list = (count: number, item: string): string => `{"version":"4","alerts":[${Array.from({ length: count }, () => item).join(',')}]}`;
  return [
    of('a label value of 1 MB', () => bytes(JSON.stringify(message([labels({ x: 'x'.repeat(1_000_000) })]))), TAKEN),
    of('a label value of 1 MB of escapes', () => bytes(JSON.stringify(message([labels({ x: '"'.repeat(500_000) })]))), TAKEN),
    of('a label value of 1 MB of digits and letters', () => bytes(JSON.stringify(message([labels({ x: 'aB3'.repeat(330_000) })]))), TAKEN),
    of('a label name of 1 MB', () => bytes(JSON.stringify(message([labels({ ['x'.repeat(1_000_000)]: 'x' })]))), TAKEN),
    of('10,000 labels', () => bytes(JSON.stringify(message([labels(many(10_000))]))), TAKEN),
    of('10,000 annotations', () => bytes(JSON.stringify(message([alert({ annotations: many(10_000) })]))), TAKEN),
    of('30,000 labels', () => bytes(JSON.stringify(message([labels(many(30_000))]))), TAKEN),
    of('an alert of 3 MB', () => bytes(JSON.stringify(message([labels({ x: 'x'.repeat(3_000_000) })]))), '422 invalid_alert'),
    of('an alert of 3 MB beside a good one', () => bytes(JSON.stringify(message([labels({ x: 'x'.repeat(3_000_000) }), alert()]))), TAKEN),
    of('an alert of 31 MB of brackets', () => bytes(list(1, `[${'[],'.repeat(10_000_000)}[]]`)), '422 invalid_alert'),
    of('a member of 20 MB that nobody asked for', () => bytes(JSON.stringify(message([alert()], { x: 'x'.repeat(20_000_000) }))), TAKEN),
    of('a name of 3 MB', () => bytes(`{"${'x'.repeat(3_000_000)}":1}`), '400 not_json'),
    of('50,001 alerts of nothing', () => bytes(list(50_001, '{}')), '413 too_many_alerts'),
    of('the same alert 50,000 times', () => bytes(list(50_000, JSON.stringify(alert()))), TAKEN),
    of('1,000 alerts that are none', () => bytes(list(1000, 'null')), '422 invalid_alert'),
    of('32 MiB and a byte', () => new Uint8Array(32 * MIB + 1).fill(0x20), '413 too_large'),
    of('32 MiB of blanks', () => new Uint8Array(32 * MIB).fill(0x20), '400 not_json'),
    of('blanks around everything', () => bytes(`${' '.repeat(MIB)}${valid}${'\n'.repeat(MIB)}`), TAKEN),
  ];
}

function packings(): readonly HostileBody[] {
  const gzip = (body: string | Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(body));
  return [
    of('packed', () => gzip(valid), TAKEN, packed),
    of('a bomb of 64 MiB', () => gzip(new Uint8Array(64 * MIB)), '413 too_large', packed),
    of('a bomb of 512 MiB', () => gzip(new Uint8Array(512 * MIB)), '413 too_large', packed),
    of('a bomb in a bomb', () => gzip(gzip(new Uint8Array(64 * MIB))), '400 not_utf8', packed),
    of('packed twice', () => gzip(gzip(valid)), '400 not_utf8', packed),
    of('not packed', valid, '400 not_gzip', packed),
    of('packed and not said', () => gzip(valid), '400 not_utf8'),
    of('packed and broken off', () => gzip(valid).slice(0, 60), '400 not_gzip', packed),
    of('packed, and something behind', () => new Uint8Array(Buffer.concat([gzip(valid), bytes('x')])), '400 not_gzip', packed),
    of('nothing, packed', () => gzip(''), '400 not_json', packed),
    of('nothing, said to be packed', '', '400 not_gzip', packed),
    ...['br', 'deflate', 'zstd', 'gzip, gzip', 'x'.repeat(5000)].map((encoding) =>
      of(`packed by ${encoding.slice(0, 20)}`, valid, '415 unsupported_encoding', { ...json, 'content-encoding': encoding }),
    ),
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', 'json', '*/*'].map(
      (type) => of(`of the type ${type}`, valid, '415 unsupported_media_type', { 'content-type': type }),
    ),
    of('of no type', valid, '415 unsupported_media_type', {}),
    of('empty', '', '400 not_json'),
  ];
}

export function hostileBodies(): readonly HostileBody[] {
  return [...wrongTypes(), ...times(), ...broken(), ...deep(), ...encodings(), ...keys(), ...sizes(), ...packings()];
}
