import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Vault } from './vault.js';

/** The secret that encrypts and signs, for every module. */
@Global()
@Module({
  providers: [{ provide: Vault, inject: [Config], useFactory: (config: Config) => Vault.open(config) }],
  exports: [Vault],
})
export class CryptoModule {}
