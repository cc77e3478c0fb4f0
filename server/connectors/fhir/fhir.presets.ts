import type { FhirConfig } from './fhir.config.ts';

interface Preset {
  id: string;
  title: { zh: string; en: string };
  config: FhirConfig;
}

const SYSTEM = 'urn:hospital:patient-number';
const KEY_SYSTEM = 'urn:vaultdesk:key';

/** A hospital: patients, their appointments, booking, and reports that are ready. */
const HOSPITAL: Preset = {
  id: 'hospital',
  title: { zh: '医院（患者与预约）', en: 'Hospital (patients and appointments)' },
  config: {
    baseUrl: 'https://fhir.hospital.example/fhir/r4',
    auth: {
      ...{ kind: 'client-assertion', clientId: 'vaultdesk', algorithm: 'ES384', keyId: 'vaultdesk-1' },
      ...{
        tokenUrl: 'https://login.hospital.example/token',
        scope: 'system/*.read system/Appointment.write',
      },
    },
    operations: [
      {
        name: 'customer.find',
        title: { zh: '患者', en: 'Patient' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: false, cacheMs: 60_000 },
        purposes: ['service', 'robot', 'identify', 'verify'],
        input: {
          number: { title: { zh: '就诊号', en: 'Patient number' }, isRequired: true, source: 'external' },
        },
        ...{ resource: 'Patient', search: { identifier: `${SYSTEM}|{number}` } },
        output: {
          id: {
            ...{ path: 'id', type: 'text', class: 'C1', isRequired: true },
            title: { zh: '编号', en: 'Id' },
          },
          name: {
            ...{ path: 'name.first().text', type: 'text', class: 'C2', mask: 'name' },
            title: { zh: '姓名', en: 'Name' },
          },
          phone: {
            ...{
              path: `telecom.where(system='phone').first().value`,
              type: 'text',
              class: 'C2',
              mask: 'phone',
            },
            title: { zh: '电话', en: 'Phone' },
          },
          birth: {
            ...{ path: 'birthDate', type: 'date', class: 'C2', mask: 'all' },
            title: { zh: '出生日期', en: 'Born' },
          },
        },
      },
      {
        name: 'appointment.list',
        title: { zh: '预约', en: 'Appointments' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: true, cacheMs: 10_000 },
        purposes: ['service', 'robot', 'verify'],
        input: {
          number: { title: { zh: '就诊号', en: 'Patient number' }, isRequired: true, source: 'external' },
        },
        resource: 'Appointment',
        search: {
          'patient.identifier': `${SYSTEM}|{number}`,
          status: 'booked,arrived,pending',
          _sort: 'date',
        },
        output: {
          id: {
            ...{ path: 'id', type: 'text', class: 'C1', isRequired: true },
            title: { zh: '预约号', en: 'Appointment' },
          },
          at: { ...{ path: 'start', type: 'instant', class: 'C1' }, title: { zh: '时间', en: 'Time' } },
          state: {
            ...{ path: 'status', type: 'text', class: 'C1' },
            title: { zh: '状态', en: 'State' },
            values: { booked: '已预约', arrived: '已到诊', pending: '待确认' },
          },
          department: {
            ...{ path: 'serviceType.first().text', type: 'text', class: 'C1' },
            title: { zh: '科室', en: 'Department' },
          },
        },
      },
      {
        name: 'appointment.book',
        title: { zh: '预约挂号', en: 'Book an appointment' },
        ...{ isReadOnly: false, idempotency: 'key', isMany: false },
        purposes: ['service', 'robot', 'ticket', 'verify'],
        input: {
          patient: {
            title: { zh: '患者编号', en: 'Patient id' },
            isRequired: true,
            pattern: '[A-Za-z0-9.-]{1,64}',
          },
          slot: { title: { zh: '号源编号', en: 'Slot' }, isRequired: true, pattern: '[A-Za-z0-9.-]{1,64}' },
        },
        ...{ resource: 'Appointment', method: 'POST', ifNoneExist: `identifier=${KEY_SYSTEM}|{key}` },
        body: `{"resourceType":"Appointment","status":"booked","identifier":[{"system":"${KEY_SYSTEM}","value":"{key}"}],"slot":[{"reference":"Slot/{slot}"}],"participant":[{"actor":{"reference":"Patient/{patient}"},"status":"accepted"}]}`,
        output: {
          id: { ...{ path: 'id', type: 'text', class: 'C1' }, title: { zh: '预约号', en: 'Appointment' } },
        },
      },
      {
        name: 'appointment.cancel',
        title: { zh: '取消预约', en: 'Cancel an appointment' },
        ...{ isReadOnly: false, idempotency: 'natural', isMany: false },
        purposes: ['service', 'robot', 'ticket', 'verify'],
        input: {
          id: {
            title: { zh: '预约号', en: 'Appointment' },
            isRequired: true,
            pattern: '[A-Za-z0-9.-]{1,64}',
          },
        },
        ...{ resource: 'Appointment', id: '{id}', method: 'PATCH' },
        body: '[{"op":"replace","path":"/status","value":"cancelled"}]',
        output: {
          state: { ...{ path: 'status', type: 'text', class: 'C1' }, title: { zh: '状态', en: 'State' } },
        },
      },
      {
        name: 'report.list',
        title: { zh: '检查报告', en: 'Reports' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: true, cacheMs: 60_000 },
        purposes: ['service', 'robot', 'verify'],
        input: {
          number: { title: { zh: '就诊号', en: 'Patient number' }, isRequired: true, source: 'external' },
        },
        resource: 'DiagnosticReport',
        search: { 'patient.identifier': `${SYSTEM}|{number}`, _elements: 'status,code,issued' },
        output: {
          name: {
            ...{ path: 'code.text', type: 'text', class: 'C1' },
            title: { zh: '项目', en: 'Examination' },
          },
          state: {
            ...{ path: 'status', type: 'text', class: 'C1' },
            title: { zh: '状态', en: 'State' },
            values: { final: '已出报告', registered: '已登记', preliminary: '初步结果' },
          },
          at: { ...{ path: 'issued', type: 'instant', class: 'C1' }, title: { zh: '时间', en: 'Issued' } },
        },
      },
    ],
  },
};

/** Settings to begin with. */
export const FHIR_PRESETS: readonly Preset[] = [HOSPITAL];
