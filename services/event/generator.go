package event

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// Users is how many user ids a Generator draws from: 1 to Users.
const Users = 10_000

// maxItems is the largest cart of a Generator.
const maxItems = 3

// Product is something the shop sells.
type Product struct {
	Name  string
	Price int // in cents
}

// Catalogue returns what the shop sells. Every product passes the validator: no quotes, no brackets, no ampersand.
func Catalogue() []Product {
	return []Product{
		{"Casque Bluetooth Opale", 79_90}, {"Téléviseur OLED 55 pouces", 1_199_00},
		{"Machine à expresso Milano", 349_00}, {"Aspirateur robot Nordik", 289_99},
		{"Ordinateur portable 14 pouces", 899_00}, {"Souris ergonomique", 39_95},
		{"Clavier mécanique AZERTY", 99_90}, {"Vélo électrique Rivage", 1_490_00},
		{"Trottinette pliable", 329_00}, {"Chaussures de trail Vercors", 119_00},
		{"Doudoune légère Chamonix", 139_50}, {"Sac à dos 30 litres", 64_90},
		{"Cafetière à piston", 27_50}, {"Couteau de cuisine Thiers", 45_00},
		{"Cocotte en fonte 24 cm", 159_00}, {"Parfum Jardin de Grasse", 72_00},
		{"Montre automatique Besançon", 425_00}, {"Écharpe en laine", 34_90},
		{"Jeu de société Les Vignerons", 29_99}, {"Puzzle 2000 pièces", 24_95},
		{"Poussette compacte", 259_00}, {"Lampe de bureau Arhus", 54_90},
		{"Fauteuil de lecture Malmö", 399_00}, {"Couette quatre saisons", 89_00},
		{"Objectif photo 50 mm", 1_049_00}, {"Enceinte portable étanche", 59_99},
		{"Liseuse 7 pouces", 149_99}, {"Perceuse sans fil 18 V", 129_00},
	}
}

// Generator makes payments that look like a shop's and pass the validator. The same seed gives the same payments. It
// is not safe for use by several goroutines at once.
type Generator struct {
	rng   *rand.PCG
	items []string // every product as JSON, up to its quantity
	vip   uint64   // who buys everything; 0: nobody does
	user  uint64   // who bought last
}

// NewGenerator returns a Generator for a seed.
func NewGenerator(seed uint64) *Generator {
	g := &Generator{rng: rand.NewPCG(seed, 0)}
	for _, p := range Catalogue() {
		item := append([]byte(nil), `{"name":`...)
		item = appendString(item, p.Name)
		item = append(item, `,"price":`...)
		item = strconv.AppendFloat(item, float64(p.Price)/100, 'f', -1, 64)
		item = append(item, `,"quantity":`...)
		g.items = append(g.items, string(item))
	}
	return g
}

// Only has one user buy everything from now on, or with 0 everybody again. It changes who pays, not what is bought.
func (g *Generator) Only(user uint64) { g.vip = user }

// User is who made the newest payment.
func (g *Generator) User() uint64 { return g.user }

// Append appends the next payment to dst as the JSON of payment-successful, made at the given time.
func (g *Generator) Append(dst []byte, at time.Time) []byte {
	// One draw has enough bits for a whole payment, and this runs a million times in a flood.
	bits := g.rng.Uint64()
	take := func(n uint64) uint64 {
		v := bits % n
		bits /= n
		return v
	}
	dst = append(dst, `{"user_id":`...)
	g.user = 1 + take(Users)
	if g.vip != 0 {
		g.user = g.vip
	}
	dst = strconv.AppendUint(dst, g.user, 10)
	dst = append(dst, `,"cart":[`...)
	for i, n := uint64(0), 1+take(maxItems); i < n; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, g.items[take(uint64(len(g.items)))]...)
		dst = append(dst, '1'+byte(take(4)), '}')
	}
	dst = append(dst, `],"timestamp":`...)
	dst = appendSeconds(dst, at)
	return append(dst, '}')
}
