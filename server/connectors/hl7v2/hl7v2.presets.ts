import type { Hl7Config } from './hl7v2.config.ts';

/** A hospital's master patient index: demographics and visits by the patient's number (IHE ITI-21 and ITI-22). */
const PATIENTS: { id: string; title: { zh: string; en: string }; config: Hl7Config } = {
  id: 'patients',
  title: { zh: '患者与就诊（示例）', en: 'Patients and visits (example)' },
  config: {
    ...{ host: 'his.hospital.example', port: 2575, isTls: true, version: '2.5', charset: 'gb18030' },
    ...{ sendingApplication: 'VAULTDESK', sendingFacility: 'SERVICE', receivingApplication: 'EMPI' },
    ...{ receivingFacility: 'HIS', utcOffset: '+0800', isShortId: true },
    operations: [
      {
        name: 'customer.find',
        title: { zh: '患者', en: 'Patient' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: false, cacheMs: 60_000 },
        purposes: ['service', 'identify', 'verify'],
        input: {
          number: {
            title: { zh: '患者编号', en: 'Patient number' },
            ...{ isRequired: true, source: 'external', maxLength: 20 },
          },
        },
        message: 'QBP^Q22^QBP_Q21',
        segments: ['QPD|Q22^Find Candidates^HL7|{correlation}|@PID.3.1^{number}', 'RCP|I|10^RD'],
        records: 'PID',
        output: {
          number: {
            path: 'PID.f3.c1',
            ...{ type: 'text', class: 'C1', isRequired: true, title: { zh: '患者编号', en: 'Number' } },
          },
          family: {
            path: 'PID.f5.c1',
            ...{ type: 'text', class: 'C2', mask: 'name', title: { zh: '姓', en: 'Family name' } },
          },
          given: {
            path: 'PID.f5.c2',
            ...{ type: 'text', class: 'C2', mask: 'name', title: { zh: '名', en: 'Given name' } },
          },
          phone: {
            path: 'PID.f13.c1',
            ...{ type: 'text', class: 'C2', mask: 'phone', title: { zh: '电话', en: 'Phone' } },
          },
        },
      },
      {
        name: 'visit.list',
        title: { zh: '就诊记录', en: 'Visits' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: true, cacheMs: 60_000 },
        purposes: ['service', 'verify'],
        input: {
          number: {
            title: { zh: '患者编号', en: 'Patient number' },
            ...{ isRequired: true, source: 'external', maxLength: 20 },
          },
        },
        message: 'QBP^ZV1^QBP_Q21',
        segments: ['QPD|ZV1^PDVQ^HL7|{correlation}|@PID.3.1^{number}', 'RCP|I|50^RD'],
        records: 'PID',
        output: {
          number: {
            path: 'PV1.f19.c1',
            ...{ type: 'text', class: 'C1', isRequired: true, title: { zh: '就诊号', en: 'Visit' } },
          },
          at: {
            path: 'PV1.f44.c1',
            ...{ type: 'instant', class: 'C1', title: { zh: '时间', en: 'Time' } },
          },
          department: {
            path: 'PV1.f3.c1',
            ...{ type: 'text', class: 'C1', title: { zh: '科室', en: 'Department' } },
          },
        },
      },
    ],
  },
};

/** Settings to begin with. */
export const HL7_PRESETS = [PATIENTS] as const;
