import { hash } from 'node:crypto';
import type { Row, Value } from './table-rows.js';

const MODULUS = 2n ** 256n;

/**
 * Tells whether two tables hold the same rows, whatever their order and the kind of their database: the sum of the SHA-256
 * of all rows, modulo 2^256.
 */
export class RowDigest {
  private sum = 0n;
  private count = 0;

  add(row: Row): void {
    this.sum = (this.sum + BigInt(`0x${hash('sha256', rowText(row), 'hex')}`)) % MODULUS;
    this.count++;
  }

  get rows(): number {
    return this.count;
  }

  /** In hexadecimal, 64 characters. */
  get digest(): string {
    return this.sum.toString(16).padStart(64, '0');
  }
}

/** A row as one line of JSON. */
export function rowText(row: Row): string {
  return JSON.stringify(row.map(encoded));
}

/** What {@link rowText} made of a row. */
export function rowOf(text: string): Row {
  return (JSON.parse(text) as (Exclude<Value, Buffer> | { base64: string })[]).map(value =>
    value !== null && typeof value === 'object' ? Buffer.from(value.base64, 'base64') : value,
  );
}

function encoded(value: Value): unknown {
  return Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value;
}
