/** A packaged chart is fetched from where it may be, and taken only if it is the one that was recorded. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createChartSource } from '../../../../src/gitops/flux/artifact.ts';

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());

async function serve(
  answer: (count: number) => { status?: number; body?: Buffer; location?: string },
): Promise<{ url: string; host: string; asked: () => number }> {
  let count = 0;
  const made = createServer((_request, response) => {
    const { status = 200, body = Buffer.from('chart'), location } = answer(count++);
    response.writeHead(status, location === undefined ? {} : { location }).end(body);
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(made.address() as AddressInfo).port}`;
  return { url: `http://${host}/chart.tgz`, host, asked: () => count };
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('a packaged chart', () => {
  test('is fetched once', async () => {
    const { url, host, asked } = await serve(() => ({}));
    const charts = createChartSource({ hosts: [host] });
    expect(String(await charts.fetch({ url, digest: digestOf('chart') }))).toBe('chart');
    expect(String(await charts.fetch({ url, digest: digestOf('chart') }))).toBe('chart');
    expect(asked()).toBe(1);
  });

  test.each([
    ['is another one', { digest: digestOf('another') }, {}, /it is sha256:.*, and should be/],
    ['is not there', {}, { status: 404 }, /answered 404/],
    ['leads elsewhere', {}, { status: 302, location: 'http://169.254.169.254/' }, /does not answer/],
    ['is too large', {}, { body: Buffer.alloc(17 * 2 ** 20) }, /more than 16 MiB/],
  ])('that %s is an error', async (_name, artifact, answer, message) => {
    const { url, host } = await serve(() => answer);
    await expect(createChartSource({ hosts: [host] }).fetch({ url, digest: digestOf('chart'), ...artifact })).rejects.toThrow(message);
  });

  test.each([
    ['http://169.254.169.254/latest', /not source-controller’s address/],
    ['http://source-controller.evil.example.com/chart', /not source-controller’s address/],
    ['http://user:pass@source-controller.flux-system.svc/chart', /not source-controller’s address/],
    ['file:///etc/passwd', /not source-controller’s address/],
    ['nothing', /has no address/],
  ])('at %s is not asked for', async (url, message) => {
    await expect(createChartSource({ hosts: [] }).fetch({ url, digest: digestOf('chart') })).rejects.toThrow(message);
  });

  test('without a digest is not asked for', async () => {
    await expect(createChartSource({ hosts: [] }).fetch({ url: 'http://source-controller.flux-system.svc/c', digest: '' })).rejects.toThrow(
      /no sha256/,
    );
  });
});
