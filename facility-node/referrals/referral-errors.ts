import { errorCodes } from '@santehaggui/runtime/errors/error-catalogue.ts';

/** What can go wrong with referrals. */
export const referralErrors = errorCodes({
  'SH-K160': {
    kind: 'conflict',
    title: {
      fr: 'Cet établissement n’est pas encore connu du centre : une référence ne partirait pas',
      en: 'This facility is not known to the hub yet: a referral would not leave',
    },
    remedy: {
      fr: 'Faites la référence sur papier et demandez l’enrôlement du poste (haggui facility enrol).',
      en: 'Refer on paper and ask for this node to be enrolled (haggui facility enrol).',
    },
  },
  'SH-K161': {
    kind: 'conflict',
    title: {
      fr: 'Cette étape n’est pas possible dans cet état de la référence',
      en: 'This step is not possible in this state of the referral',
    },
    remedy: {
      fr: 'Relisez la référence : un collègue l’a peut-être avancée.',
      en: 'Read the referral again: a colleague may have moved it on.',
    },
  },
  'SH-A160': {
    kind: 'auth',
    title: { fr: 'C’est à l’autre établissement de le dire', en: 'This is for the other facility to say' },
    remedy: {
      fr: 'Le départ et l’annulation reviennent à qui envoie ; l’arrivée, la prise en charge et la contre-référence à qui reçoit.',
      en: 'Departure and cancellation are the sender’s; arrival, care and the counter-referral are the receiver’s.',
    },
  },
});

/** Makes an error of the catalogue of referrals. */
export const failReferral = referralErrors.fail;
