import './ledger.events.js';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CustomerWallets } from '../customers/customer-wallets.js';
import { CustomersModule } from '../customers/customers.module.js';
import { AccountRepository } from './account.repository.js';
import { BillingController } from './billing.controller.js';
import { Books } from './books.service.js';
import { ConsumptionService } from './consumption.service.js';
import { CreditService } from './credit.service.js';
import { CustomerLedgerController } from './customer-ledger.controller.js';
import { DeductionService } from './deduction.service.js';
import { DepositService } from './deposit.service.js';
import { EntryEntity } from './entry.entity.js';
import { EntryRepository } from './entry.repository.js';
import { EntrySumRepository } from './entry-sums.repository.js';
import { ExpiryService } from './expiry.service.js';
import { FreezeRepository } from './freeze.repository.js';
import { FreezingService } from './freezing.service.js';
import { LedgerExport } from './ledger.export.js';
import { LedgerFacet } from './ledger.facet.js';
import { LedgerService } from './ledger.service.js';
import { LowestBalance } from './lowest-balance.service.js';
import { OperationRepository } from './operation.repository.js';
import { OwnLedgerController } from './own-ledger.controller.js';
import { PastBalanceService } from './past-balance.service.js';
import { ProjectLedgerController } from './project-ledger.controller.js';
import { ProofJob } from './proof.job.js';
import { ProofRepository } from './proof.repository.js';
import { ProofService } from './proof.service.js';
import { ReversalService } from './reversal.service.js';
import { SettlementService } from './settlement.service.js';
import { UnfreezingService } from './unfreezing.service.js';
import { WalletsService } from './wallets.service.js';

/**
 * The credit of customers, and what becomes of it. Nothing moves without an entry that stays for ever, no operation
 * happens twice under one name, and nobody spends what is not there, however many ask at once. Global for
 * `CustomerWallets`, which the module below asks.
 */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([EntryEntity]), CustomersModule],
  controllers: [BillingController, OwnLedgerController, CustomerLedgerController, ProjectLedgerController],
  providers: [
    AccountRepository,
    EntryRepository,
    FreezeRepository,
    OperationRepository,
    Books,
    CreditService,
    SettlementService,
    ExpiryService,
    DepositService,
    DeductionService,
    FreezingService,
    ConsumptionService,
    UnfreezingService,
    LedgerService,
    EntrySumRepository,
    PastBalanceService,
    ProofService,
    ReversalService,
    ProofRepository,
    ProofJob,
    LowestBalance,
    LedgerExport,
    LedgerFacet,
    WalletsService,
    { provide: CustomerWallets, useExisting: WalletsService },
  ],
  exports: [CustomerWallets],
})
export class LedgerModule {}
