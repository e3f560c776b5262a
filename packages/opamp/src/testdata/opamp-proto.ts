/**
 * The OpAMP messages as protobuf source, by the published field numbers (opamp.proto.v1) and NOT from our schema: it feeds
 * a foreign implementation (protobufjs) that our codec is compared with. It has more in it than ours reads.
 */
export const OPAMP_PROTO = `
syntax = "proto3";
package opamp.proto.v1;
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
  ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }

message AgentToServer {
  bytes instance_uid = 1; uint64 sequence_num = 2; AgentDescription agent_description = 3; uint64 capabilities = 4;
  ComponentHealth health = 5; EffectiveConfig effective_config = 6; RemoteConfigStatus remote_config_status = 7;
  PackageStatuses package_statuses = 8; AgentDisconnect agent_disconnect = 9; uint64 flags = 10;
  CustomCapabilities custom_capabilities = 12; CustomMessage custom_message = 13;
}
message AgentDisconnect { }
message AgentDescription { repeated KeyValue identifying_attributes = 1; repeated KeyValue non_identifying_attributes = 2; }
message ComponentHealth { bool healthy = 1; fixed64 start_time_unix_nano = 2; string last_error = 3; string status = 4;
  fixed64 status_time_unix_nano = 5; map<string, ComponentHealth> component_health_map = 6; }
message EffectiveConfig { AgentConfigMap config_map = 1; }
message AgentConfigMap { map<string, AgentConfigFile> config_map = 1; }
message AgentConfigFile { bytes body = 1; string content_type = 2; }
enum RemoteConfigStatuses { UNSET = 0; APPLIED = 1; APPLYING = 2; FAILED = 3; }
message RemoteConfigStatus { bytes last_remote_config_hash = 1; RemoteConfigStatuses status = 2; string error_message = 3; }
message PackageStatuses { bytes server_provided_all_packages_hash = 2; string error_message = 3; }
message CustomCapabilities { repeated string capabilities = 1; }
message CustomMessage { string capability = 1; string type = 2; bytes data = 3; }

message ServerToAgent {
  bytes instance_uid = 1; ServerErrorResponse error_response = 2; AgentRemoteConfig remote_config = 3;
  ConnectionSettingsOffers connection_settings = 4; uint64 flags = 6; uint64 capabilities = 7;
  AgentIdentification agent_identification = 8; ServerToAgentCommand command = 9;
  CustomCapabilities custom_capabilities = 10; CustomMessage custom_message = 11;
}
message AgentRemoteConfig { AgentConfigMap config = 1; bytes config_hash = 2; }
message ConnectionSettingsOffers { bytes hash = 1; OpAMPConnectionSettings opamp = 2; }
message OpAMPConnectionSettings { string destination_endpoint = 1; uint64 heartbeat_interval_seconds = 4; }
enum ServerErrorResponseType { Unknown = 0; BadRequest = 1; Unavailable = 2; }
message ServerErrorResponse { ServerErrorResponseType type = 1; string error_message = 2; oneof Details { RetryInfo retry_info = 3; } }
message RetryInfo { uint64 retry_after_nanoseconds = 1; }
message AgentIdentification { bytes new_instance_uid = 1; }
enum CommandType { Restart = 0; }
message ServerToAgentCommand { CommandType type = 1; }
`
