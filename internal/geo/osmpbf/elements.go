package osmpbf

import "errors"

var errTag = errors.New("a tag points outside the block's table of strings")

// addTag notes one key or value.
func (d *decoder) addTag(i uint64) error {
	if i >= uint64(len(d.table)) {
		return errTag
	}
	d.kv = append(d.kv, uint32(i))
	return nil
}

// tags reads the parallel lists of keys and values of a way, a relation or a plain node.
func (d *decoder) tags(keys, values []byte) (Tags, error) {
	d.kv = d.kv[:0]
	k, v := packed{b: keys}, packed{b: values}
	for k.more() && v.more() {
		if err := errors.Join(d.addTag(k.uint()), d.addTag(v.uint())); err != nil {
			return Tags{}, err
		}
	}
	if k.err != nil || v.err != nil || k.more() != v.more() {
		return Tags{}, errTag
	}
	return Tags{d.table, d.kv}, nil
}

func (d *decoder) node(b []byte) error {
	var id, lat, lon int64
	var keys, values []byte
	m := message{b: b}
	for m.next() {
		switch m.num {
		case 1:
			id = unzigzag(m.val)
		case 2:
			keys = m.sub
		case 3:
			values = m.sub
		case 8:
			lat = unzigzag(m.val)
		case 9:
			lon = unzigzag(m.val)
		}
	}
	if m.err != nil {
		return m.err
	}
	tags, err := d.tags(keys, values)
	if err != nil {
		return err
	}
	p, err := d.point(lat, lon)
	if err != nil {
		return err
	}
	return d.give(d.h.Node(id, p, tags))
}

// dense reads nodes as columns of differences; the tags of one after another end with a 0.
func (d *decoder) dense(b []byte) error {
	var ids, lats, lons, kvs packed
	m := message{b: b}
	for m.next() {
		switch m.num {
		case 1:
			ids.b = m.sub
		case 8:
			lats.b = m.sub
		case 9:
			lons.b = m.sub
		case 10:
			kvs.b = m.sub
		}
	}
	if m.err != nil {
		return m.err
	}
	var id, lat, lon int64
	for ids.more() {
		if !lats.more() || !lons.more() {
			return errors.New("nodes lack a coordinate")
		}
		id, lat, lon = id+ids.zigzag(), lat+lats.zigzag(), lon+lons.zigzag()
		if err := errors.Join(ids.err, lats.err, lons.err); err != nil {
			return err
		}
		d.kv = d.kv[:0]
		for kvs.more() {
			k := kvs.uint()
			if k == 0 {
				break
			}
			if !kvs.more() {
				return errTag
			}
			if d.addTag(k) != nil || d.addTag(kvs.uint()) != nil {
				return errTag
			}
		}
		if kvs.err != nil {
			return kvs.err
		}
		p, err := d.point(lat, lon)
		if err != nil {
			return err
		}
		if err := d.give(d.h.Node(id, p, Tags{d.table, d.kv})); err != nil {
			return err
		}
	}
	return ids.err
}

func (d *decoder) way(b []byte) error {
	var id int64
	var keys, values, refs []byte
	m := message{b: b}
	for m.next() {
		switch m.num {
		case 1:
			id = int64(m.val)
		case 2:
			keys = m.sub
		case 3:
			values = m.sub
		case 8:
			refs = m.sub
		}
	}
	if m.err != nil {
		return m.err
	}
	tags, err := d.tags(keys, values)
	if err != nil {
		return err
	}
	d.refs = d.refs[:0]
	p, ref := packed{b: refs}, int64(0)
	for p.more() {
		ref += p.zigzag()
		d.refs = append(d.refs, ref)
	}
	if p.err != nil {
		return p.err
	}
	return d.give(d.h.Way(id, d.refs, tags))
}

func (d *decoder) relation(b []byte) error {
	var id int64
	var keys, values []byte
	var roles, refs, types packed
	m := message{b: b}
	for m.next() {
		switch m.num {
		case 1:
			id = int64(m.val)
		case 2:
			keys = m.sub
		case 3:
			values = m.sub
		case 8:
			roles.b = m.sub
		case 9:
			refs.b = m.sub
		case 10:
			types.b = m.sub
		}
	}
	if m.err != nil {
		return m.err
	}
	tags, err := d.tags(keys, values)
	if err != nil {
		return err
	}
	d.members = d.members[:0]
	ref := int64(0)
	for refs.more() {
		ref += refs.zigzag()
		role, typ := roles.uint(), types.uint()
		if err := errors.Join(refs.err, roles.err, types.err); err != nil {
			return err
		}
		if role >= uint64(len(d.table)) || typ > 2 {
			return errors.New("a relation's member is out of range")
		}
		d.members = append(d.members, Member{"nwr"[typ], ref, string(d.table[role])})
	}
	return d.give(d.h.Relation(id, d.members, tags))
}
