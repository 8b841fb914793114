package reach

// ring is how many buckets the queue holds at a time.
const ring = 1024

// queue is Dial's bucket queue (Algorithm 360, 1969) over junctions: a ring of buckets, each some units wide, and a list of
// what lies beyond it. Within a bucket the order is free, so a junction may be settled, improved and settled again before its
// bucket is done; the labels that come out are exact all the same. Buckets are linked through one list of entries, so that a
// queue that has grown once allocates nothing.
type queue struct {
	shift   uint
	at      uint32 // bucket, counted from distance 0
	held    int    // entries in the ring
	heads   [ring]int32
	entries []entry
	spare   int32 // the first entry that is free again, none for no one
	beyond  []int32
	nearest uint32 // bucket of the nearest of those
}

// entry is a junction in a bucket, and the next entry there.
type entry struct{ v, next int32 }

const none = int32(-1)

func (q *queue) reset(shift uint) {
	for i := range q.heads {
		q.heads[i] = none
	}
	q.shift, q.at, q.held, q.beyond, q.nearest = shift, 0, 0, q.beyond[:0], ^uint32(0)
	q.entries, q.spare = q.entries[:0], none
}

// again makes an empty queue begin anew at distance 0.
func (q *queue) again() {
	q.at, q.held, q.entries, q.spare = 0, 0, q.entries[:0], none
}

func (q *queue) push(v int32, distance uint32) {
	k := distance >> q.shift
	if k-q.at >= ring {
		q.beyond = append(q.beyond, v)
		q.nearest = min(q.nearest, k)
		return
	}
	head := &q.heads[k%ring]
	e := q.spare
	if e == none {
		e = int32(len(q.entries))
		q.entries = append(q.entries, entry{v, *head})
	} else {
		q.spare = q.entries[e].next
		q.entries[e] = entry{v, *head}
	}
	*head = e
	q.held++
}

// refill moves into the ring what has come near enough; label gives the distance of a junction.
func (q *queue) refill(distance func(int32) uint32) {
	list := q.beyond
	q.beyond, q.nearest = nil, ^uint32(0)
	for _, v := range list {
		if d := distance(v); d>>q.shift >= q.at { // else it was settled through a nearer entry
			q.push(v, d)
		}
	}
}

// next goes to the bucket whose turn it is; false at the end. It stays that bucket's turn until take gives none.
func (q *queue) next(distance func(int32) uint32) bool {
	for {
		if q.held == 0 {
			if len(q.beyond) == 0 {
				return false
			}
			q.at = max(q.at, q.nearest)
		}
		if len(q.beyond) > 0 && q.nearest < q.at+ring {
			q.refill(distance)
			continue
		}
		if q.heads[q.at%ring] != none {
			return true
		}
		q.at++
	}
}

// take takes a junction out of the bucket whose turn it is; none when it is done, and then the next one's turn begins.
func (q *queue) take() int32 {
	head := &q.heads[q.at%ring]
	e := *head
	if e == none {
		q.at++
		return none
	}
	x := &q.entries[e]
	*head, x.next, q.spare = x.next, q.spare, e
	q.held--
	return x.v
}
