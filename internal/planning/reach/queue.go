package reach

// ring is how many buckets the queue holds at a time.
const ring = 1024

// queue is Dial's bucket queue (Algorithm 360, 1969) over junctions: a ring of buckets, each some units wide, and a list of
// what lies beyond it. Within a bucket the order is free, so a junction may be settled, improved and settled again before its
// bucket is done; the labels that come out are exact all the same.
type queue struct {
	shift   uint
	at      uint32 // bucket, counted from distance 0
	held    int    // entries in the ring
	buckets [ring][]int32
	beyond  []int32
	nearest uint32 // bucket of the nearest of those
}

func (q *queue) reset(shift uint) {
	for i := range q.buckets {
		q.buckets[i] = q.buckets[i][:0]
	}
	q.shift, q.at, q.held, q.beyond, q.nearest = shift, 0, 0, q.beyond[:0], ^uint32(0)
}

func (q *queue) push(v int32, distance uint32) {
	k := distance >> q.shift
	if k-q.at < ring {
		b := &q.buckets[k%ring]
		*b = append(*b, v)
		q.held++
		return
	}
	q.beyond = append(q.beyond, v)
	q.nearest = min(q.nearest, k)
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

// next gives the bucket whose turn it is, nil at the end. It stays the caller's turn until done is called.
func (q *queue) next(distance func(int32) uint32) *[]int32 {
	for {
		if q.held == 0 {
			if len(q.beyond) == 0 {
				return nil
			}
			q.at = max(q.at, q.nearest)
		}
		if q.nearest < q.at+ring && len(q.beyond) > 0 {
			q.refill(distance)
			continue
		}
		if b := &q.buckets[q.at%ring]; len(*b) > 0 {
			return b
		}
		q.at++
	}
}

func (q *queue) done(b *[]int32) {
	q.held -= len(*b)
	*b = (*b)[:0]
	q.at++
}
