//! To which room a sample belongs, by its stack: ordered tables of names.
//!
//! The stack is read from the function that was at work towards its callers, and the first that a table knows decides. What
//! has no room of its own (copying of memory, the standard library, hash tables, atomic counters) counts for its caller so.

use super::stacks::{Call, Sample};

/// Names that a function's begins with or holds, with spaces between, and the room that it belongs to.
struct Rule {
    room: &'static str,
    names: &'static str,
}

const fn rule(room: &'static str, names: &'static str) -> Rule {
    Rule { room, names }
}

/// What only making a connection costs.
pub const HANDSHAKES: &str = "handshake";
/// What no table knows.
pub const OTHER: &str = "other";
/// Of servers whose functions have no names: all that is their own.
const OWN: &str = "the server's own";

const COPYING: &str = "kernel: copying octets";
const NETWORK: &str = "kernel: TCP/IP";
const CALLS: &str = "kernel: sockets and system calls";
const WAKING: &str = "kernel: scheduling, waking, epoll";
const MEMORY: &str = "kernel: memory and page faults";
const FILES: &str = "kernel: files";
const ALLOCATOR: &str = "allocator";

/// The kernel's functions: a name here is the beginning of a function's.
const KERNEL: &[Rule] = &[
    rule(
        COPYING,
        "copy_user rep_movs _copy_to_iter _copy_from_iter copyin copyout _copy_to_user _copy_from_user \
         copy_to_user memcpy __memcpy skb_copy_datagram csum_and_copy rep_stos_alt copy_page_to_iter \
         skb_copy_bits __skb_datagram_iter simple_copy copy_folio",
    ),
    rule(
        MEMORY,
        "exc_page_fault asm_exc_page_fault handle_mm_fault __handle_mm_fault do_anonymous clear_page \
         clear_huge folio_zero get_page_from_freelist __alloc_pages __alloc_frozen free_unref free_pages \
         __free_pages free_frozen mmap_region unmap_ zap_ tlb_ flush_tlb madvise do_madvise \
         __x64_sys_madvise __x64_sys_mmap __x64_sys_munmap lru_ mem_cgroup charge_memcg khugepaged \
         collapse_ change_p vm_ vma_ mas_ do_user_addr_fault lock_vma pte_ __pte",
    ),
    rule(
        FILES,
        "ext4 jbd2 xfs btrfs iomap generic_file generic_perform filemap __filemap folio_mark folio_ \
         __folio submit_bio blk_ __blk bio_ virtblk virtio_queue_rq scsi vfs_fsync do_fsync do_writepages \
         writeback __writeback page_cache read_pages do_sys_open do_filp path_ link_path lookup_ d_ __d_ \
         iput evict truncate do_unlink overlay ovl_ tmpfs shmem getdents iterate_dir vfs_stat vfs_open \
         do_open security_file",
    ),
    rule(
        WAKING,
        "schedule __schedule pick_ try_to_wake ttwu wake_ __wake_up autoremove_wake ep_ do_epoll \
         __x64_sys_epoll eventpoll futex do_futex __x64_sys_futex hrtimer __hrtimer finish_task_switch \
         enqueue_ dequeue_ update_curr update_load update_rq sched_ resched __do_softirq_tick tick_ \
         update_process_times scheduler_tick sysvec_apic sysvec_resched sysvec_call asm_sysvec_apic psi_ \
         cpuacct __smp_call smp_call default_send_IPI native_smp_send x2apic select_task_rq select_idle \
         set_next put_prev switch_mm rcu_ note_gp check_preempt activate_task run_rebalance \
         sock_def_readable eventfd switch_fpu set_next_entity reweight avg_vruntime place_entity sched \
         __switch_to prepare_task_switch",
    ),
    rule(
        NETWORK,
        "tcp_ __tcp ip_ __ip_ ip6 ipv4_ skb_ __skb sk_ __sk_ __alloc_skb alloc_skb kfree_skb consume_skb \
         __kfree_skb napi __napi net_rx process_backlog netif __netif dev_ __dev_ loopback nf_ __nf_ nft_ \
         ipt_ conntrack inet_csk inet_hash __inet inet_twsk inet_ehash inet_bhash inet_unhash \
         inet_put_port inet_lookup neigh eth_ fib_ rt_ dst_ __dst release_sock lock_sock __release_sock \
         __lock_sock sock_wfree sock_rfree __sock_wfree enqueue_to_backlog secure_ bictcp cubictcp bbr \
         validate_xmit qdisc __qdisc csum_partial page_frag napi_ net_tx reqsk sock_zero __copy_skb tsq \
         inet_reqsk inet_child ktime_get_seconds_sk siphash",
    ),
    rule(
        CALLS,
        "sock_ __sock __sys_ __x64_sys inet_ do_syscall entry_SYSCALL syscall_ vfs_ ksys_ __fget fget \
         fdget fput __fput fd_install alloc_fd alloc_file alloc_empty close_fd filp_ do_accept move_addr \
         import_ security_ apparmor aa_ new_inode alloc_inode sockfs do_sock file_ new_sync rw_verify \
         task_work exit_to_user do_iter x64_sys ret_from_fork audit __audit fsnotify pipe_ sendfile \
         do_sendfile splice __put_user __get_user destroy_inode locks_remove __close_range dput dentry",
    ),
];

/// What an answer is made by: a name here stands anywhere in a function's.
const ANSWERING: &[Rule] = &[
    rule(ALLOCATOR, ALLOCATORS),
    rule(
        "cipher of records",
        "aes_gcm aes_hw aesni gcm_ ghash chacha poly1305 aead AEAD EVP_Cipher cipher:: aes_ctr \
         Tls13MessageEncrypter Tls13MessageDecrypter aws_lc_rs::tls13 _aes_ evp_aead",
    ),
    rule("tag", "twox_hash xxh3 entity_tag loket::session::http::tag session::http::conditional"),
    rule("guard", "loket::guard governor:: loket::session::visitor"),
    rule("query: parsing", "loket::query"),
    rule("records: reading what is packed", "loket::codec"),
    rule("index: lookup", "loket::index loket::answer arc_swap"),
    rule("answer: rendering", "loket::render"),
    rule("heads of answers", "loket::session"),
    rule("log and metrics", "loket::observe tracing prometheus_client"),
    rule("following the register", "loket::app"),
    rule("shell", "loket::serve table::reference"),
    rule("rustls: records", "rustls"),
    rule("aws-lc", "aws_lc aws-lc"),
    rule("HTTP", "hyper h2:: httparse http:: http_body httpdate"),
    rule("runtime", "tokio mio:: futures rustix core::future"),
];

/// What a register is read, written and built by.
const LOADING: &[Rule] = &[
    rule(ALLOCATOR, ALLOCATORS),
    rule("decompression", "ZSTD_decompress zstd_decompress HUF_decompress FSE_decode inflate flate2 Decompress"),
    rule("compression", "ZSTD_ zstd HUF_ FSE_ deflate miniz"),
    rule("digests", "sha256 SHA256 sha512 SHA512 loket::codec::digest twox_hash aws_lc_rs::digest EVP_Digest crc32"),
    rule("sealing", "aes_gcm aes_hw aesni gcm_ ghash aead loket::vault::seal loket::vault::wrap"),
    rule("sorting", "core::slice::sort alloc::slice slice::sort"),
    rule("XML: tokens", "quick_xml loket::import::xml::tokens"),
    rule("XML: elements", "loket::import::xml"),
    rule("drafts", "loket::import"),
    rule("values", "loket::model idna:: icu_ jiff::"),
    rule("deciding", "loket::disclosure"),
    rule("sled", "sled:: fxhash crossbeam"),
    rule("blocks over sled", "loket::embedded"),
    rule("packing records", "loket::codec::packed"),
    rule("encoding and decoding records", "loket::codec"),
    rule("tables for searches", "loket::index::search"),
    rule("index", "loket::index loket::answer arc_swap"),
    rule("vault", "loket::vault"),
    rule("store", "loket::store"),
    rule("publishing", "loket::publish"),
    rule("following and starting", "loket::app loket::cli"),
    rule(
        "questions that are answered meanwhile",
        "loket:: hyper rustls h2:: httparse http:: http_body tracing prometheus_client aws_lc",
    ),
    rule("runtime", "tokio mio:: futures core::future"),
];

const ALLOCATORS: &str = "mi_ mimalloc malloc calloc realloc cfree free_default __libc_free _int_free";

/// Handshakes go through the same libraries as records: a call that only they make tells them apart.
const HANDSHAKE: &str = "rustls::server::hs rustls::server::tls13 rustls::server::tls12 MidHandshake complete_handshake \
    rustls::common_state::CommonState::send_fatal LazyConfigAcceptor Acceptor StartHandshake \
    rustls::tls13::key_schedule rustls::msgs::handshake rustls::crypto::aws_lc_rs::kx rustls::ticketer \
    rustls::crypto::aws_lc_rs::ticketer rustls::crypto::aws_lc_rs::sign SSL_do_handshake";

/// Which tables tell the rooms of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// Of servers that answer.
    Answering,
    /// Of a register that is read or written.
    Loading,
}

impl Tables {
    /// The room of a sample.
    pub fn room(self, sample: &Sample) -> &'static str {
        let is_handshake = self == Tables::Answering
            && sample.stack.iter().any(|call| HANDSHAKE.split(' ').any(|name| call.name.contains(name)));
        let room = sample.stack.iter().find_map(|call| self.room_of(call)).unwrap_or(OTHER);
        if is_handshake && !room.starts_with("kernel") { HANDSHAKES } else { room }
    }

    /// Its rooms in the order in which they are told.
    pub fn rooms(self) -> Vec<&'static str> {
        let own = match self {
            Tables::Answering => ANSWERING,
            Tables::Loading => LOADING,
        };
        let rooms = KERNEL.iter().chain(own).map(|rule| rule.room);
        rooms.chain([HANDSHAKES, OWN, OTHER]).collect()
    }

    fn room_of(self, call: &Call) -> Option<&'static str> {
        if call.is_kernel() {
            return KERNEL
                .iter()
                .find(|rule| rule.names.split(' ').any(|name| call.name.starts_with(name)))
                .map(|it| it.room);
        }
        let rules = match self {
            Tables::Answering => ANSWERING,
            Tables::Loading => LOADING,
        };
        let stands = |name: &str| {
            // Short names of C functions are beginnings; paths and long ones may stand anywhere.
            if name.ends_with('_') || name.len() < 6 { call.name.starts_with(name) } else { call.name.contains(name) }
        };
        let known = rules.iter().find(|rule| rule.names.split(' ').any(stands)).map(|rule| rule.room);
        known.or_else(|| of_file(&call.file))
    }
}

/// Programs of others come without names of their functions: there the file decides.
fn of_file(file: &str) -> Option<&'static str> {
    let name = file.rsplit('/').next().unwrap_or(file);
    match name {
        "nginx" => Some(OWN),
        _ if name.starts_with("libcrypto") => Some("cipher of records"),
        _ if name.starts_with("libssl") => Some("rustls: records"),
        _ => None,
    }
}
