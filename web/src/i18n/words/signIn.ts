/** Signing in elsewhere, so that an account there can be connected. */

import type { Pair } from "../words";

export const SIGN_IN = {
  signInGoogle: ["כניסה ב־Google", "Sign in at Google"],
  signInMicrosoft: ["כניסה ב־Microsoft", "Sign in at Microsoft"],
  signInThere: ["כניסה אצל השרת", "Sign in at the server"],
  signInWanted: ["השרת הזה רוצה שתיכנסו אליו. הכניסה היא בדף שלו, ובסופה חוזרים לכאן.", "This server wants you to sign in. That is done on a page of its own, from which you come back here."],
  signInAgain: ["כניסה מחדש", "Sign in again"],
  signInRegister: ["רשמו לקוח (client) אצל השירות, עם הכתובת הזאת, אות באות:", "Register a client at the service, with this address, letter by letter:"],
  clientId: ["מזהה הלקוח (client id)", "Client id"],
  clientSecret: ["סוד הלקוח (client secret)", "Client secret"],
  clientSecretMaybe: ["סוד הלקוח (client secret), אם יש", "Client secret, if there is one"],
  signInParts: ["חלקי החשבון", "Parts of the account"],
  partContacts: ["אנשי קשר", "contacts"],
  partCalendar: ["יומן", "calendar"],
  partMail: ["דואר", "mail"],
  partDocuments: ["מסמכים", "documents"],
  signInElsewhere: ["שרת אחר שמדבר כמו השירות", "Another server that speaks as the service does"],
  signInReturning: ["חוזרים מהכניסה…", "Coming back from the sign-in…"],
  signInDone: ["מחובר.", "is connected."],
  signInOver: [
    "הכניסה הזאת אינה פתוחה כאן: היא נוצלה, עברו יותר מעשר דקות, או שמישהו אחר התחיל אותה. אפשר להיכנס שוב.",
    "This sign-in is not under way here: it was used, took over ten minutes, or was begun by somebody else. Sign in again.",
  ],
  signInDenied: ["לא ניתנה שם הסכמה, ולכן דבר לא חובר. אפשר להיכנס שוב ולהסכים.", "Nobody agreed there, so nothing was connected. Sign in again, and agree."],
  signInMixedUp: ["התשובה לא באה מהשירות שאליו נשלחת. אין להיכנס שם שוב; כדאי לספר למי שמפעיל אותו.", "The answer is not from the service that you were sent to. Do not sign in there again, and tell who runs it."],
  signInRedirect: ["השירות אינו מכיר את הכתובת שאליה חוזרים. רשמו אותה שם אצל הלקוח, אות באות, והיכנסו שוב:", "The service does not know the address that you come back to. Register it for the client there, letter by letter, and sign in again:"],
} satisfies Record<string, Pair>;
