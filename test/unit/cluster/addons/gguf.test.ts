import { describe, expect, test } from 'vitest';
import { tinyModel } from '../../../cluster/addons/gguf.ts';

describe('the tiny model', () => {
  const file = tinyModel();

  test('begins as GGUF files of version 3 do, and says how many tensors it has', () => {
    expect(file.subarray(0, 4).toString()).toBe('GGUF');
    expect(file.readUInt32LE(4)).toBe(3);
    expect(file.readBigUInt64LE(8)).toBe(21n);
    expect(file.readBigUInt64LE(16)).toBe(19n);
  });

  test('is half a megabyte, in blocks of 32 bytes', () => {
    expect(file.length).toBeLessThan(512 * 1024);
    expect(file.length % 32).toBe(0);
  });

  test('has the same bytes for the same seed, and others for another', () => {
    expect(tinyModel(1).equals(file)).toBe(true);
    expect(tinyModel(2).equals(file)).toBe(false);
  });
});
