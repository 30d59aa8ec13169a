import { describe, expect, test } from 'vitest';
import { checkWayIn, type WaysIn } from '../../../src/server/auth/origin.ts';
import { Refusal } from '../../../src/server/refusal.ts';

const anywhere: WaysIn = { isLoopback: false, allowedHosts: [], allowedOrigins: [] };
const loopback: WaysIn = { ...anywhere, isLoopback: true };
const named: WaysIn = { ...anywhere, allowedHosts: ['sre.example.org', 'gateway:8080'], allowedOrigins: ['https://web.example.org'] };

function outcome(ways: WaysIn, url: string, headers: Record<string, string> = {}): number {
  try {
    checkWayIn(new Request(url, { headers }), ways);
    return 200;
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}

describe('a request', () => {
  test.each<{ name: string; ways: WaysIn; url: string; headers?: Record<string, string>; want: number }>([
    { name: 'by any name comes in where none is configured', ways: anywhere, url: 'http://whatever:8080/', want: 200 },
    { name: 'to localhost comes in on the loopback', ways: loopback, url: 'http://localhost:8080/', want: 200 },
    { name: 'to an address of the loopback comes in', ways: loopback, url: 'http://127.0.0.2:8080/', want: 200 },
    { name: 'to the loopback of IPv6 comes in', ways: loopback, url: 'http://[::1]:8080/', want: 200 },
    { name: 'by a name that was made to lead to the loopback is refused', ways: loopback, url: 'http://evil.example:8080/', want: 403 },
    { name: 'by a name that only looks like the loopback is refused', ways: loopback, url: 'http://127.0.0.1.evil.example/', want: 403 },
    {
      name: 'by the Host header is judged, not by the address',
      ways: loopback,
      url: 'http://localhost/',
      headers: { host: 'evil.example' },
      want: 403,
    },
    { name: 'by a Host that is none is refused', ways: loopback, url: 'http://localhost/', headers: { host: 'a b' }, want: 403 },
    { name: 'by a configured name comes in', ways: named, url: 'http://sre.example.org:8080/', want: 200 },
    { name: 'by a configured name and port comes in', ways: named, url: 'http://gateway:8080/', want: 200 },
    { name: 'by a configured name at another port is refused', ways: named, url: 'http://gateway:8081/', want: 403 },
    { name: 'by another name is refused', ways: named, url: 'http://other/', want: 403 },
    {
      name: 'of a configured page comes in',
      ways: named,
      url: 'http://gateway:8080/',
      headers: { origin: 'https://web.example.org' },
      want: 200,
    },
    {
      name: 'of another page is refused',
      ways: named,
      url: 'http://gateway:8080/',
      headers: { origin: 'https://evil.example' },
      want: 403,
    },
    { name: 'of a page without an origin is refused', ways: loopback, url: 'http://localhost/', headers: { origin: 'null' }, want: 403 },
    {
      name: 'of a page of this server comes in',
      ways: loopback,
      url: 'http://localhost:8080/',
      headers: { origin: 'http://localhost:8080' },
      want: 200,
    },
    {
      name: 'of a page of another server of this machine is refused',
      ways: loopback,
      url: 'http://localhost:8080/',
      headers: { origin: 'http://localhost:3000' },
      want: 403,
    },
    {
      name: 'of a page at a name that was made to lead here is refused',
      ways: anywhere,
      url: 'http://evil.example/',
      headers: { origin: 'http://evil.example' },
      want: 403,
    },
    {
      name: 'of a page of this server at its address comes in',
      ways: anywhere,
      url: 'http://10.0.0.1:8080/',
      headers: { origin: 'http://10.0.0.1:8080' },
      want: 200,
    },
  ])('$name', ({ ways, url, headers, want }) => {
    expect(outcome(ways, url, headers)).toBe(want);
  });
});
