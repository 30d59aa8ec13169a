/** Signals by name, for people. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL, an illegal instruction',
  6: 'SIGABRT, an abort of its own',
  7: 'SIGBUS, a bad memory access',
  8: 'SIGFPE, an arithmetic error',
  9: 'SIGKILL, not for its memory limit',
  11: 'SIGSEGV, a bad memory access',
  13: 'SIGPIPE',
  15: 'SIGTERM, somebody asked it to stop',
};

export const signalName = (signal: number): string => NAMES[signal] ?? `signal ${signal}`;
