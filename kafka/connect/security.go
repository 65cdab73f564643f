package connect

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"io"
	"os"
	"strings"

	"blackfriday/kafka"
	"blackfriday/kafka/phrase"
)

// security is what the flags say of TLS and of the login.
func (f *Flags) security() (kafka.Security, error) {
	var s kafka.Security
	var err error
	if s.TLS, err = f.encryption(); err != nil {
		return kafka.Security{}, err
	}
	if f.mechanism == "" {
		switch {
		case f.user != "":
			return kafka.Security{}, phrase.Errorf("--user needs --sasl: plain, scram-sha-256 or scram-sha-512, as the cluster offers it")
		case f.passwordFile != "":
			return kafka.Security{}, phrase.Errorf("--password-file needs --sasl: plain, scram-sha-256 or scram-sha-512, as the cluster offers it")
		}
		return s, nil
	}
	if s.Mechanism, err = kafka.ParseMechanism(f.mechanism); err != nil {
		return kafka.Security{}, phrase.Errorf("--sasl: %w", err)
	}
	if s.User = cmp.Or(f.user, f.getenv(UserVariable)); s.User == "" {
		return kafka.Security{}, phrase.Errorf("--sasl needs --user, or %s", UserVariable)
	}
	password, err := f.password(s.User)
	if err != nil {
		return kafka.Security{}, err
	}
	s.Password = kafka.NewSecret(password)
	return s, nil
}

// encryption is what the flags say of TLS; nil means plain text.
func (f *Flags) encryption() (*tls.Config, error) {
	if !f.tls && f.ca == "" && f.cert == "" && f.key == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.ca != "" {
		pem, err := readSmall(f.ca)
		if err != nil {
			return nil, phrase.Errorf("--tls-ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, phrase.Errorf("--tls-ca %s: there is no certificate in it; it takes PEM, which begins with -----BEGIN CERTIFICATE-----", f.ca)
		}
	}
	if (f.cert == "") != (f.key == "") {
		return nil, phrase.Errorf("--tls-cert and --tls-key belong together: give both")
	}
	if f.cert != "" {
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, phrase.Errorf("--tls-cert %s with --tls-key %s: %w", f.cert, f.key, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// password is what the user proves to know: from the file, or else the environment, or else the user.
func (f *Flags) password(user string) (string, error) {
	switch {
	case f.passwordFile != "":
		text, err := readSmall(f.passwordFile)
		if err != nil {
			return "", phrase.Errorf("--password-file: %w", err)
		}
		// Editors end a file with a line break.
		if password := strings.TrimRight(string(text), "\r\n"); password != "" {
			return password, nil
		}
		return "", phrase.Errorf("--password-file %s: it is empty", f.passwordFile)
	case f.getenv(PasswordVariable) != "":
		return f.getenv(PasswordVariable), nil
	case f.ask == nil:
		return "", phrase.Errorf("no password for %q: set %s, or give --password-file", user, PasswordVariable)
	}
	password, err := f.ask(phrase.New("Password of %q: ", user))
	if err == nil && password == "" {
		err = phrase.Errorf("it is empty")
	}
	if err != nil {
		return "", phrase.Errorf("no password for %q: %w; set %s, or give --password-file", user, err, PasswordVariable)
	}
	return password, nil
}

// mostBytes is how large a file with a password or with certificates may be: a path to something else is a mistake.
const mostBytes = 1 << 20

func readSmall(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was read only
	text, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	if err == nil && len(text) > mostBytes {
		err = phrase.Errorf("%s is larger than %d bytes", path, mostBytes)
	}
	return text, err
}
