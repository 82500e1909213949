import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { APP_SECRET_FINGERPRINT } from '../database/installation-facts.js';
import type { SealedColumn } from '../facets/sealed-columns.js';
import { InstallationFactEntity } from './installation-fact.entity.js';

/** A sealed value, with the key of its row. */
export interface SealedValue {
  readonly key: string | number;
  readonly sealed: string;
}

@Injectable()
export class AppSecretRepository {
  constructor(private readonly database: Database) {}

  /** Of the secret that the data was written with; null before the first start. */
  async fingerprint(ctx: RequestContext): Promise<string | null> {
    const fact = await this.database
      .read(ctx)
      .findOneBy(InstallationFactEntity, { name: APP_SECRET_FINGERPRINT });
    return fact?.value ?? null;
  }

  /** Keeps the first fingerprint; false when another process was faster. */
  async keepFirst(ctx: RequestContext, fingerprint: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const fact = { name: APP_SECRET_FINGERPRINT, value: fingerprint, updated_at: new Date() };
    try {
      await manager.insert(InstallationFactEntity, fact);
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async replace(ctx: RequestContext, fingerprint: string): Promise<void> {
    const manager = await this.database.write(ctx);
    const changes = { value: fingerprint, updated_at: new Date() };
    await manager.update(InstallationFactEntity, { name: APP_SECRET_FINGERPRINT }, changes);
  }

  /** Values of a column in the order of their keys, from the one after `after` on. */
  sealedAfter(
    ctx: RequestContext,
    { table, key, column }: SealedColumn,
    after: SealedValue['key'] | null,
    limit: number,
  ): Promise<SealedValue[]> {
    const from = after === null ? '' : `AND ${key} > ? `;
    const sql = `SELECT ${key} AS \`key\`, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL ${from}ORDER BY ${key} LIMIT ${limit}`;
    return this.database.read(ctx).query(sql, after === null ? [] : [after]);
  }

  /** Puts a value in place of another, unless that has changed since it was read. */
  async replaceSealed(
    ctx: RequestContext,
    { table, key, column }: SealedColumn,
    value: SealedValue,
    by: string,
  ): Promise<void> {
    const sql = `UPDATE ${table} SET ${column} = ? WHERE ${key} = ? AND ${column} = ?`;
    await this.database.change(ctx, sql, [by, value.key, value.sealed]);
  }
}
