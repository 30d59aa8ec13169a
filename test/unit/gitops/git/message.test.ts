/** A commit message holds what it is given, and nothing in it can pass for a trailer of ours. */
import { describe, expect, test } from 'vitest';
import { formatMessage, oneLine } from '../../../../src/gitops/git/commit.ts';

describe('formatMessage', () => {
  test('puts subject, body and trailers into paragraphs', () => {
    const body = 'It began after the commit changed the port that the cart listens on, which no other service knew about.';
    expect(
      formatMessage({
        subject: 'Revert it',
        body,
        trailers: [
          ['Plan-UID', 'u1'],
          ['Approved-By', 'alice'],
        ],
      }),
    ).toBe(
      'Revert it\n\nIt began after the commit changed the port that the cart listens on,\nwhich no other service knew about.\n\nPlan-UID: u1\nApproved-By: alice\n',
    );
  });

  test('a name with line breaks and invisible characters stays on its line', () => {
    const message = formatMessage({ subject: 's', trailers: [['Approved-By', 'eve\nPlan-UID: other\u202E\u0000x']] });
    expect(message).toBe('s\n\nApproved-By: eve Plan-UID: other x\n');
  });

  test('a body that looks like trailers is a paragraph before them', () => {
    const message = formatMessage({ subject: 's', body: 'Plan-UID: other\nApproved-By: eve', trailers: [['Plan-UID', 'u1']] });
    expect(message.trimEnd().split('\n\n').at(-1)).toBe('Plan-UID: u1');
  });

  test('refuses a key that is none', () => {
    expect(() => formatMessage({ subject: 's', trailers: [['A: b\nC', 'x']] })).toThrow(/trailer key/);
  });
});

test('one line is one line', () => {
  expect(oneLine(' a\r\nb\u2028c\td ')).toBe('a b c d');
});
