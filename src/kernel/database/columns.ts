import type { QueryRunner, TableColumnOptions } from 'typeorm';

/**
 * Column types for migrations, the same words for both dialects. Strings compare byte by byte, so
 * that `Key-A` and `key-a` are two values on MariaDB too.
 */
export class Columns {
  private constructor(
    private readonly sqlite: boolean,
    private readonly collation: string | undefined,
  ) {}

  static async for(runner: QueryRunner): Promise<Columns> {
    if (runner.dataSource.options.type === 'better-sqlite3') return new Columns(true, undefined);
    const [{ version }] = await runner.query('SELECT VERSION() AS version');
    return new Columns(false, /mariadb/i.test(version) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin');
  }

  /** A prefixed ULID, or another short opaque identifier. */
  id(name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return this.string(name, 40, options);
  }

  primaryId(name = 'id'): TableColumnOptions {
    return this.id(name, { isPrimary: true });
  }

  /** A number the database gives, for rows that are only referred to from within. */
  serialId(name = 'id'): TableColumnOptions {
    const type = this.sqlite ? 'integer' : 'int';
    return { name, type, isPrimary: true, isGenerated: true, generationStrategy: 'increment' };
  }

  string(name: string, length: number, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return { name, type: 'varchar', length: String(length), ...this.asText(), ...options };
  }

  /** Text of any length. */
  text(name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return { name, type: this.sqlite ? 'text' : 'longtext', ...this.asText(), ...options };
  }

  /** A JSON document, kept as text: MariaDB's own JSON type does not return a string as it was given. */
  json(name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return this.text(name, options);
  }

  /** An instant in UTC with milliseconds, always set by the application. */
  instant(name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return this.sqlite
      ? { name, type: 'datetime', ...options }
      : { name, type: 'datetime', precision: 3, ...options };
  }

  boolean(name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return { name, type: this.sqlite ? 'boolean' : 'tinyint', ...options };
  }

  integer(name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return { name, type: 'int', ...options };
  }

  double(name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return { name, type: 'double', ...options };
  }

  /** A whole number up to 2^53 − 1. */
  bigint(name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions {
    return { name, type: 'bigint', ...options };
  }

  private asText(): Partial<TableColumnOptions> {
    return this.collation ? { charset: 'utf8mb4', collation: this.collation } : {};
  }
}

export const NULLABLE = { isNullable: true } as const;
