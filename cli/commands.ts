import { AuditCheckCommand } from './commands/audit/check.ts';
import { AuditEmergencyListCommand } from './commands/audit/emergency/list.ts';
import { AuditExportCommand } from './commands/audit/export.ts';
import { AuditSearchCommand } from './commands/audit/search.ts';
import { AuditVerifyCommand } from './commands/audit/verify.ts';
import { BackupCreateCommand } from './commands/backup/create.ts';
import { BackupListCommand } from './commands/backup/list.ts';
import { BackupRestoreCommand } from './commands/backup/restore.ts';
import { BackupVerifyCommand } from './commands/backup/verify.ts';
import { BrokerDeviceAddCommand } from './commands/broker/device/add.ts';
import { BrokerDeviceListCommand } from './commands/broker/device/list.ts';
import { BrokerDeviceRevokeCommand } from './commands/broker/device/revoke.ts';
import { ConsentListCommand } from './commands/consent/list.ts';
import { ConsentShowCommand } from './commands/consent/show.ts';
import { ConsentVerifyCommand } from './commands/consent/verify.ts';
import { DemoCommand } from './commands/demo.ts';
import { DeviceAddCommand } from './commands/device/add.ts';
import { DeviceAuthorityCommand } from './commands/device/authority.ts';
import { DeviceListCommand } from './commands/device/list.ts';
import { DeviceRevokeCommand } from './commands/device/revoke.ts';
import { DoctorCommand } from './commands/doctor.ts';
import { FacilityEnrolCommand } from './commands/facility/enrol.ts';
import { HubAuditFindingsCommand } from './commands/hub/audit/findings.ts';
import { HubAuditSettleCommand } from './commands/hub/audit/settle.ts';
import { HubErasureAddCommand } from './commands/hub/erasure/add.ts';
import { HubErasureListCommand } from './commands/hub/erasure/list.ts';
import { HubFacilityAddCommand } from './commands/hub/facility/add.ts';
import { HubFacilityListCommand } from './commands/hub/facility/list.ts';
import { HubFacilityMoveCommand } from './commands/hub/facility/move.ts';
import { HubFacilityRevokeCommand } from './commands/hub/facility/revoke.ts';
import { HubFacilityShowCommand } from './commands/hub/facility/show.ts';
import { HubFormerAcceptCommand } from './commands/hub/former/accept.ts';
import { HubFormerListCommand } from './commands/hub/former/list.ts';
import { HubFormerRefuseCommand } from './commands/hub/former/refuse.ts';
import { HubKeysRotateCommand } from './commands/hub/keys/rotate.ts';
import { HubKeysStatusCommand } from './commands/hub/keys/status.ts';
import { HubRoleListCommand } from './commands/hub/role/list.ts';
import { HubRoleSetCommand } from './commands/hub/role/set.ts';
import { HubRoleShowCommand } from './commands/hub/role/show.ts';
import { HubStaffDisableCommand } from './commands/hub/staff/disable.ts';
import { HubStaffEnableCommand } from './commands/hub/staff/enable.ts';
import { HubStaffListCommand } from './commands/hub/staff/list.ts';
import { HubStatusCommand } from './commands/hub/status.ts';
import { HubUnlockAllowCommand } from './commands/hub/unlock/allow.ts';
import { HubUnlockListCommand } from './commands/hub/unlock/list.ts';
import { HubUnlockRefuseCommand } from './commands/hub/unlock/refuse.ts';
import { HubUserAddCommand } from './commands/hub/user/add.ts';
import { HubUserDisableCommand } from './commands/hub/user/disable.ts';
import { HubUserInviteCommand } from './commands/hub/user/invite.ts';
import { HubUserListCommand } from './commands/hub/user/list.ts';
import { HubUserResetCommand } from './commands/hub/user/reset.ts';
import { InitCommand } from './commands/init.ts';
import { KeysEscrowCommand } from './commands/keys/escrow.ts';
import { KeysOpeningCommand } from './commands/keys/opening.ts';
import { KeysRotateCommand } from './commands/keys/rotate.ts';
import { KeysStatusCommand } from './commands/keys/status.ts';
import { KeysUnlockCommand } from './commands/keys/unlock.ts';
import { RecordsCountCommand } from './commands/records/count.ts';
import { RecordsExportCommand } from './commands/records/export.ts';
import { RecordsImportCommand } from './commands/records/import.ts';
import { RecordsShowCommand } from './commands/records/show.ts';
import { ReportWeeklyCommand } from './commands/report/weekly.ts';
import { StatusCommand } from './commands/status.ts';
import { SyncConflictsListCommand } from './commands/sync/conflicts/list.ts';
import { SyncConflictsShowCommand } from './commands/sync/conflicts/show.ts';
import { SyncExportCommand } from './commands/sync/export.ts';
import { SyncImportCommand } from './commands/sync/import.ts';
import { SyncNowCommand } from './commands/sync/now.ts';
import { SyncQuarantineListCommand } from './commands/sync/quarantine/list.ts';
import { SyncQuarantineRetryCommand } from './commands/sync/quarantine/retry.ts';
import { SyncQuarantineShowCommand } from './commands/sync/quarantine/show.ts';
import { SyncStatusCommand } from './commands/sync/status.ts';
import { SyncVerifyCommand } from './commands/sync/verify.ts';
import { UserAddCommand } from './commands/user/add.ts';
import { UserDisableCommand } from './commands/user/disable.ts';
import { UserEnableCommand } from './commands/user/enable.ts';
import { UserListCommand } from './commands/user/list.ts';
import { UserResetCommand } from './commands/user/reset.ts';
import { UserRolesCommand } from './commands/user/roles.ts';
import { UserSessionsCommand } from './commands/user/sessions.ts';
import { UserShareCommand } from './commands/user/share.ts';
import { UserShowCommand } from './commands/user/show.ts';
import { UserUnshareCommand } from './commands/user/unshare.ts';

/** Every command; `:` stands for the space between a topic and its verb. */
export const commands = {
  'audit:check': AuditCheckCommand,
  'audit:emergency:list': AuditEmergencyListCommand,
  'audit:export': AuditExportCommand,
  'audit:search': AuditSearchCommand,
  'audit:verify': AuditVerifyCommand,
  'backup:create': BackupCreateCommand,
  'backup:list': BackupListCommand,
  'backup:restore': BackupRestoreCommand,
  'backup:verify': BackupVerifyCommand,
  'broker:device:add': BrokerDeviceAddCommand,
  'broker:device:list': BrokerDeviceListCommand,
  'broker:device:revoke': BrokerDeviceRevokeCommand,
  'consent:list': ConsentListCommand,
  'consent:show': ConsentShowCommand,
  'consent:verify': ConsentVerifyCommand,
  demo: DemoCommand,
  'device:add': DeviceAddCommand,
  'device:authority': DeviceAuthorityCommand,
  'device:list': DeviceListCommand,
  'device:revoke': DeviceRevokeCommand,
  doctor: DoctorCommand,
  'facility:enrol': FacilityEnrolCommand,
  'hub:audit:findings': HubAuditFindingsCommand,
  'hub:audit:settle': HubAuditSettleCommand,
  'hub:erasure:add': HubErasureAddCommand,
  'hub:erasure:list': HubErasureListCommand,
  'hub:facility:add': HubFacilityAddCommand,
  'hub:facility:list': HubFacilityListCommand,
  'hub:facility:show': HubFacilityShowCommand,
  'hub:facility:move': HubFacilityMoveCommand,
  'hub:facility:revoke': HubFacilityRevokeCommand,
  'hub:former:accept': HubFormerAcceptCommand,
  'hub:former:list': HubFormerListCommand,
  'hub:former:refuse': HubFormerRefuseCommand,
  'hub:role:list': HubRoleListCommand,
  'hub:role:set': HubRoleSetCommand,
  'hub:role:show': HubRoleShowCommand,
  'hub:status': HubStatusCommand,
  'hub:unlock:allow': HubUnlockAllowCommand,
  'hub:unlock:list': HubUnlockListCommand,
  'hub:unlock:refuse': HubUnlockRefuseCommand,
  'hub:keys:rotate': HubKeysRotateCommand,
  'hub:keys:status': HubKeysStatusCommand,
  'hub:staff:disable': HubStaffDisableCommand,
  'hub:staff:enable': HubStaffEnableCommand,
  'hub:staff:list': HubStaffListCommand,
  'hub:user:add': HubUserAddCommand,
  'hub:user:disable': HubUserDisableCommand,
  'hub:user:invite': HubUserInviteCommand,
  'hub:user:list': HubUserListCommand,
  'hub:user:reset': HubUserResetCommand,
  init: InitCommand,
  'keys:escrow': KeysEscrowCommand,
  'keys:opening': KeysOpeningCommand,
  'keys:rotate': KeysRotateCommand,
  'keys:status': KeysStatusCommand,
  'keys:unlock': KeysUnlockCommand,
  'records:count': RecordsCountCommand,
  'records:export': RecordsExportCommand,
  'records:import': RecordsImportCommand,
  'records:show': RecordsShowCommand,
  'report:weekly': ReportWeeklyCommand,
  status: StatusCommand,
  'sync:conflicts:list': SyncConflictsListCommand,
  'sync:conflicts:show': SyncConflictsShowCommand,
  'sync:export': SyncExportCommand,
  'sync:import': SyncImportCommand,
  'sync:now': SyncNowCommand,
  'sync:quarantine:list': SyncQuarantineListCommand,
  'sync:quarantine:retry': SyncQuarantineRetryCommand,
  'sync:quarantine:show': SyncQuarantineShowCommand,
  'sync:status': SyncStatusCommand,
  'sync:verify': SyncVerifyCommand,
  'user:add': UserAddCommand,
  'user:disable': UserDisableCommand,
  'user:enable': UserEnableCommand,
  'user:list': UserListCommand,
  'user:reset': UserResetCommand,
  'user:roles': UserRolesCommand,
  'user:sessions': UserSessionsCommand,
  'user:share': UserShareCommand,
  'user:show': UserShowCommand,
  'user:unshare': UserUnshareCommand,
} as const;
