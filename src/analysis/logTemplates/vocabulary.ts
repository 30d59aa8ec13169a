/**
 * The words that logs of all programs share: units, months, what names a thing, endings of host names and of source files.
 *
 * No product's own words, and none of the data that the miner is measured on: a list that needs a new entry for a new program would be
 * wrong here.
 */

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

export const MONTHS = words('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec');
export const WEEKDAYS = words('Mon Tue Wed Thu Fri Sat Sun');
export const ZONES = words('UTC GMT CET CEST EST EDT CST CDT MST MDT PST PDT');

export const DURATION_UNITS = words(
  'ns us µs ms s sec secs second seconds msec msecs usec usecs millis millisecond milliseconds microsecond microseconds nanosecond nanoseconds m min mins minute minutes h hr hrs hour hours d day days',
);
export const SIZE_UNITS = words('B b bits byte bytes Byte Bytes BYTES KB kB Kb KiB Ki K k MB Mb MiB Mi M GB Gb GiB Gi G TB TiB Ti T');

/** Values that programs print for a boolean, or for nothing at all. */
export const LITERALS = words('true false True False TRUE FALSE null nil None NULL');

/** The last labels of host names, those of two letters apart. */
export const HOST_ENDINGS = words('com net org io edu gov dev local internal svc localdomain lan');

/** `main.go:17` is a place in a source file, `main.gov:17` is a host. */
export const FILE_ENDINGS = words(
  'c h cc cpp cxx hpp cs go rs py pyx js mjs ts tsx jsx rb java kt scala php sh pl pm lua swift m mm ex exs erl clj hs ml sql vue yml yaml json xml log txt conf',
);

/** Nouns whose next word is, as often as not, a name: "for user root", "on node a". */
export const NAMED_THINGS = words('user username account host hostname node pod container namespace service device file domain');

/** Keys whose value says what happened, not to what: `status=failed` and `status=ok` are different events. */
export const TELLING_KEYS = words('msg message error err reason level severity status state code result outcome phase type event cause');
