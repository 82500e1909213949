import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { Config } from '../config/config.js';
import { connect } from './connect.js';
import { Database } from './database.js';
import { Lists } from './lists.js';
import { openDatabase, writerOptions } from './open-database.js';
import { UnitOfWork } from './unit-of-work.js';
import { WriterSource } from './writer-source.js';

/** The database and the unit of work, for every module. Entities come from the modules' own `forFeature`. */
@Global()
@Module({
  providers: [
    { provide: Database, inject: [DataSource], useFactory: (writer: WriterSource) => openDatabase(writer) },
    UnitOfWork,
    Lists,
  ],
  exports: [Database, UnitOfWork, Lists],
})
export class DatabaseModule {
  static forRoot(migrations: (new () => MigrationInterface)[]): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [Config],
          useFactory: (config: Config) => ({
            ...writerOptions(config.database),
            migrations,
            autoLoadEntities: true,
            // `connect` does, and says so in a line.
            toRetry: () => false,
          }),
          dataSourceFactory: options =>
            connect(() => new WriterSource(options as DataSourceOptions, { alone: true })),
        }),
      ],
    };
  }
}
