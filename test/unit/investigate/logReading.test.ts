import { describe, expect, test } from 'vitest';
import { configurationLine, decisiveLine, listeningPorts } from '../../../src/investigate/logReading.ts';
import { log } from './builders.ts';

describe('decisiveLine', () => {
  test.each<{ name: string; lines: readonly string[]; want: string | undefined }>([
    { name: 'takes the last line that says what is wrong', lines: ['error: first', 'fatal: second', 'done'], want: 'fatal: second' },
    { name: 'passes over a program’s farewell', lines: ['Error: no such table', 'exiting with code 1'], want: 'Error: no such table' },
    {
      name: 'passes over stack frames',
      lines: ['Error: broken', '    at main (/app/server.js:3:9)', '    at async run (/app/server.js:9:1)'],
      want: 'Error: broken',
    },
    {
      name: 'takes the last line of a Python traceback',
      lines: ['Traceback (most recent call last):', '  File "/app/main.py", line 3, in <module>', "KeyError: 'DATABASE_URL'"],
      want: "KeyError: 'DATABASE_URL'",
    },
    { name: 'takes the last line where none says what is wrong', lines: ['loading', 'ready'], want: 'ready' },
    { name: 'has nothing to say about silence', lines: [], want: undefined },
  ])('$name', ({ lines, want }) => {
    expect(decisiveLine(log(...lines))).toBe(want);
  });
});

describe('configurationLine', () => {
  test.each([
    "KeyError: 'DATABASE_URL'",
    'panic: required environment variable PORT_NUMBER missing',
    'error: unrecognized arguments: --prot',
    'flag provided but not defined: -prot',
    'nginx: [emerg] unknown directive "sever" in /etc/nginx/nginx.conf:3',
    'config error: PAYMENT_TIMEOUT_MS must be a whole number, got 2500ms',
    'invalid value "2500ms" for option timeout',
    'ERROR failed to parse settings.toml',
  ])('is about configuration: %s', (line) => {
    expect(configurationLine(log(line))).toBe(line);
  });

  test.each([
    'Error: connect ECONNREFUSED 10.0.0.1:5432',
    "TypeError: Cannot read properties of undefined (reading 'config')",
    'mmap: invalid argument',
    'panic: runtime error: index out of range [3] with length 3',
    'java.lang.NullPointerException: Cannot invoke "Config.get()" because "config" is null',
    'FATAL: password authentication failed for user "cart"',
  ])('is not about configuration: %s', (line) => {
    expect(configurationLine(log(line))).toBeUndefined();
  });
});

describe('listeningPorts', () => {
  test.each<readonly [string, number[]]>([
    ['Server listening on http://0.0.0.0:8080', [8080]],
    ['listening on [::]:9090', [9090]],
    ['Listening on :3000', [3000]],
    ['listening on 8080.', [8080]],
    ['{"level":"info","msg":"listening","port":8080}', [8080]],
    ['{"port":8080,"msg":"listening"}', [8080]],
    ['Tomcat started on port(s): 8081 (http) with context path', [8081]],
    ['Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)', [8000]],
    ['Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...', [8000]],
    ['2026-01-01 12:34:56 server started on 2026-01-01', []],
    ['started at 12:34:56', []],
    ['running migrations on postgres:5432', []],
    ['connecting to redis:6379', []],
    ['listening for changes', []],
  ])('%s', (line, want) => {
    expect([...listeningPorts(log(line)).keys()]).toEqual(want);
  });
});
