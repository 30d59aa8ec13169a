/** What shows of a failure from outside, and faults of the program itself. */
import { EFFECTS, FAILING, STARTING } from './explains.ts';
import { by, type Family } from './family.ts';

export const PROGRAMS: readonly Family[] = [
  {
    name: 'CircuitOpen',
    title: 'Circuit breaker open',
    kind: 'effect',
    fits: by(/circuit ?breaker|CallNotPermitted|circuit .{0,30}open|BrokenCircuit|short-circuited|upstream_?overflow|outlier detection/iu),
    explains: ['ServerErrors', ...EFFECTS],
    statement: 'A circuit breaker is open',
    next: 'Look at what failed before it opened.',
  },
  {
    name: 'ProbeFailed',
    title: 'Probes fail',
    kind: 'effect',
    fits: by(
      /(?:liveness|readiness|startup) probe|(?:health|readiness|liveness)[ -]?check.{0,40}(?:fail|unhealthy|error|timed? ?out)|failed .{0,20}health ?check|\bunhealthy\b/iu,
    ),
    explains: ['CrashLoop'],
    statement: 'Probes fail',
    next: 'Ask the probe path by hand, and compare its time limit with how long an answer takes.',
  },
  {
    name: 'CrashLoop',
    title: 'Restarts again and again',
    kind: 'effect',
    fits: by(
      /CrashLoopBackOff|back-?off restarting|restarting failed container|exited with (?:code|status) [1-9]|exit (?:code|status):? ?[1-9]\d{0,2}\b|process exited unexpectedly|signal: killed/iu,
    ),
    explains: [],
    statement: 'A process ends and is started again',
    next: 'Read the last lines of the run before.',
  },
  {
    name: 'Panic',
    title: 'Crash in the program',
    kind: 'root',
    fits: by(
      /^panic: |\bpanicked at\b|segmentation fault|\bSIGSEGV\b|\bSIGABRT\b|nil pointer dereference|runtime error:|fatal error: |core dumped|assertion .{0,100}failed|double free|stack overflow|StackOverflowError|maximum (?:call stack|recursion)/iu,
    ),
    explains: ['ConnectionReset', 'ServerErrors', 'OtherErrors', ...EFFECTS],
    statement: 'The program crashes by a fault of its own',
    next: 'Go to the top frame of the trace, and compare with what the last release changed there.',
  },
  {
    name: 'BadData',
    title: 'Data that cannot be read',
    kind: 'root',
    fits: by(
      /unexpected (?:token|end of (?:JSON|input|file|data))|invalid character .{0,40}looking for|JSONDecodeError|JsonParseException|JsonMappingException|(?:un)?marshal(?:l?ing)?\b.{0,60}(?:error|fail|cannot|type)|cannot unmarshal|(?:de)?seriali[sz]ation.{0,40}(?:error|fail|exception)|SerializationException|(?:failed|unable) to (?:parse|decode|deserialize)|UnicodeDecodeError|malformed|invalid (?:json|xml|utf-?8|payload|format)|schema validation|ValidationError/iu,
    ),
    explains: ['ServerErrors', ...FAILING],
    statement: 'Data comes that the program cannot read',
    next: 'Look at one such message, and which side changed its format.',
  },
  {
    name: 'FileMissing',
    title: 'File missing',
    kind: 'root',
    fits: by(
      /no such file or directory|\bENOENT\b|FileNotFound|file (?:was )?not found|cannot (?:open|find|stat) (?:the )?(?:file|path)|path does not exist/iu,
    ),
    explains: STARTING,
    statement: 'A file is missing',
    next: 'Look whether the volume, ConfigMap or Secret that should hold it is mounted where it is looked for.',
  },
  {
    name: 'ServerErrors',
    title: 'Answers with 5xx',
    kind: 'effect',
    fits: by(
      /\b50[0234]\b(?!ms| ms)|^5xx answered|Internal Server Error|bad gateway|service unavailable|gateway time-?out|no (?:healthy|live) upstreams?|upstream (?:connect|prematurely|sent|request)|HTTP\/\d(?:\.\d)?" 5\d\d|grpc.{0,40}(?:unavailable|internal)|code = (?:Unavailable|Internal|Unknown)/iu,
    ),
    explains: EFFECTS,
    statement: 'Requests are answered with 5xx',
    next: 'Look at what the failing requests have in common, and at what they call.',
  },
  {
    name: 'UncaughtException',
    title: 'Exceptions',
    kind: 'unknown',
    fits: by(/Traceback \(most recent|uncaught|unhandled|Exception in thread|\b[A-Z]\w{1,80}(?:Exception|Error)\b/u),
    explains: ['ServerErrors', ...EFFECTS],
    statement: 'An exception is thrown',
    next: 'Go to the top frame of the trace, and compare with what the last release changed there.',
  },
];
