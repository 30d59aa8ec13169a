import { expect, test } from 'vitest';
import { colouredDiff } from '../../../src/text/diff.ts';
import { createStyle } from '../../../src/text/style.ts';

test('a diff is shown as it is, and blobs in short: their whole names are wider than a terminal', () => {
  const [before, after] = ['dc47fff4a8d139091edd6432c7c5404bcb8a072d', 'a7996cd6855b1b606362624a54a0a4165d5cc85a'];
  const diff = `diff --git a/web.yaml b/web.yaml\nindex ${before}..${after} 100644\n--- a/web.yaml\n+++ b/web.yaml\n@@ -1 +1 @@\n-port: 8081\n+port: 8080\n`;
  expect(colouredDiff(diff, createStyle(false))).toEqual([
    'diff --git a/web.yaml b/web.yaml',
    'index dc47fff..a7996cd 100644',
    '--- a/web.yaml',
    '+++ b/web.yaml',
    '@@ -1 +1 @@',
    '-port: 8081',
    '+port: 8080',
  ]);
});
