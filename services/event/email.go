package event

import "strconv"

// Email is what email-sent carries.
type Email struct {
	UserID  UserID `json:"user_id"`
	OrderID int64  `json:"order_id"`
}

// To returns the address that the e-mail goes to.
func (e Email) To() string { return "user_" + e.UserID.String() + "@example.com" }

// Subject returns the subject line.
func (e Email) Subject() string {
	return "Confirmation de commande #" + strconv.FormatInt(e.OrderID, 10)
}

// Body returns the text of the e-mail.
func (e Email) Body() string {
	return "Bonjour, nous avons bien reçu votre commande n° " + strconv.FormatInt(e.OrderID, 10) +
		" et nous la préparons. Merci pour vos achats du Black Friday !"
}

// AppendJSON appends the e-mail to dst as the JSON of email-sent.
func (e Email) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"user_id":`...)
	dst = append(dst, e.UserID...)
	dst = append(dst, `,"order_id":`...)
	dst = strconv.AppendInt(dst, e.OrderID, 10)
	dst = append(dst, `,"email_to":`...)
	dst = appendString(dst, e.To())
	dst = append(dst, `,"subject":`...)
	dst = appendString(dst, e.Subject())
	return append(dst, `,"status":"sent"}`...)
}

// AppendMail appends the e-mail to dst as a mailbox shows it: to, subject and body.
func (e Email) AppendMail(dst []byte) []byte {
	dst = append(dst, `{"to":`...)
	dst = appendString(dst, e.To())
	dst = append(dst, `,"subject":`...)
	dst = appendString(dst, e.Subject())
	dst = append(dst, `,"body":`...)
	dst = appendString(dst, e.Body())
	return append(dst, '}')
}

// ParseEmail judges the value of a record of email-sent by the rules of ParseOrder. The error is a *Rejection.
func ParseEmail(value []byte) (Email, error) {
	var items []byte
	id, user, r := orderFields(value, &items)
	if r != nil {
		return Email{}, r
	}
	return Email{UserID: user, OrderID: id}, nil
}
